/**
 * Loaded before the tablets of the simulator: whoever asks for the real time or for real chance is stopped.
 *
 * The core under test gets its clock and its randomness through its ports; anything else would make a seed that cannot be
 * replayed, and words that carry a time nobody meant.
 */
const refuse = (/** @type {string} */ what) => () => {
  throw new Error(`${what} was asked for: the simulator has no such thing`);
};

Math.random = refuse('Math.random');
performance.now = refuse('performance.now');
crypto.getRandomValues = refuse('crypto.getRandomValues');
crypto.randomUUID = refuse('crypto.randomUUID');
crypto.subtle.generateKey = refuse('subtle.generateKey');

globalThis.Date = new Proxy(Date, {
  construct(target, given) {
    if (given.length === 0) refuse('new Date()')();
    return Reflect.construct(target, given);
  },
  get(target, name) {
    return name === 'now' ? refuse('Date.now') : Reflect.get(target, name);
  },
});
