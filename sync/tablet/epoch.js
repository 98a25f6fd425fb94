/**
 * Notices that central's store is another one than yesterday's: it was restored from a backup.
 *
 * Then nothing that was called safe is believed until a manifest has been compared, and what central lacks is offered
 * again. An answer that was under way while the epoch changed may come from before the restore and is not believed
 * either. Source: PROTOCOL.md 4, "epoch".
 */

/** @typedef {import('./ports.js').Storage} Storage */

/** @param {Storage} storage @returns {Promise<string | null>} */
export async function knownEpoch(storage) {
  return (await storage.read('marks', 'epoch'))?.epoch ?? null;
}

/**
 * Take note of the epoch an answer names.
 * @param {Storage} storage @param {string} named @param {string | null} whenAsked what was known when the request left
 * @returns {Promise<'same' | 'changed' | 'stale'>} `'stale'`: the answer must be dropped
 */
export async function noteEpoch(storage, named, whenAsked) {
  for (;;) {
    const known = await knownEpoch(storage);
    if (named === known) return 'same';
    if (known !== whenAsked) return 'stale';
    const checked = await storage.range('marks', { from: 'checked:', to: 'checked:\uFFFF' });
    /** @type {import('./ports.js').Change[]} */
    const changes = [
      { store: 'marks', key: 'epoch', put: { epoch: named } },
      ...checked.map(({ key }) => ({ store: 'marks', remove: key })),
    ];
    // The very first epoch is no restore: nothing can have been called safe under another.
    if (known !== null) changes.push({ store: 'marks', key: 'manifest_due', put: { epoch: named } });
    const check = [{ store: 'marks', key: 'epoch', equals: known === null ? null : { epoch: known } }];
    if (await storage.commit(changes, { check }) === 'committed') return known === null ? 'same' : 'changed';
  }
}

/** @param {Storage} storage @returns {Promise<boolean>} */
export const manifestIsDue = async (storage) => (await storage.read('marks', 'manifest_due')) !== undefined;
