/** The ports for time, chance and the making of keys, from the browser itself. */

/** @type {import('../../../sync/tablet/ports.js').Clock} */
export const clock = { now: () => new Date().toISOString() };

/** @type {import('../../../sync/tablet/ports.js').Random} */
export const random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid4: () => crypto.randomUUID(),
};

/** @type {import('../../../sync/tablet/ports.js').KeyMaking} */
export const keyMaking = {
  pair: async ({ extractable = false } = {}) => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, extractable, ['deriveBits']);
    return { privateKey: pair.privateKey, public: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)) };
  },
};
