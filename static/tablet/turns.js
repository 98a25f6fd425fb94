/**
 * Time as it passes for the errands, and turns that the tabs of one tablet take with a Web Lock.
 *
 * A tab that was frozen keeps its lock for as long as the browser likes (assurance 1.2). Whoever has waited ten seconds for it goes on without,
 * and does not wait for that holder again: sending twice is harmless, not sending is not (DUR-17). Saving waits for no lock at all.
 */

/** @typedef {import('./round.js').Timing & {alone: <T>(lock: string, work: () => Promise<T>) => Promise<T>}} Turns */

const LOCK_WAIT_MS = 10_000;

/** @param {Pick<LockManager, 'request'>} locks @param {number} wait_ms @returns {Turns['alone']} */
export function takingTurns(locks, wait_ms) {
  /** Locks whose holder did not let go. @type {Set<string>} */
  const stuck = new Set();
  return async (lock, work) => {
    if (stuck.has(lock)) {
      return locks.request(lock, { ifAvailable: true }, (held) => {
        if (held !== null) stuck.delete(lock);
        return work();
      });
    }
    const giveUp = AbortSignal.timeout(wait_ms);
    let begun = false;
    try {
      return await locks.request(lock, { signal: giveUp }, () => {
        begun = true;
        return work();
      });
    } catch (problem) {
      if (begun || !(problem instanceof DOMException) || !giveUp.aborted) throw problem;
      stuck.add(lock);
      return work();
    }
  };
}

/** Made when it is first wanted: Node reads this file and may have no locks. @type {Turns['alone'] | undefined} */
let own;

/** @type {Turns} */
export const BROWSERS_OWN = {
  now_ms: () => performance.now(),
  later: (wait_ms, call) => {
    const timer = setTimeout(call, wait_ms);
    return () => clearTimeout(timer);
  },
  alone: (lock, work) => (own ??= takingTurns(navigator.locks, LOCK_WAIT_MS))(lock, work),
};
