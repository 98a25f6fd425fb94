/** What the browser promises about all that is stored here: to keep it, or to remove it when space runs out. */

/** @returns {Promise<boolean | null>} null when it does not say */
export async function persisted() {
  const storage = globalThis.navigator?.storage;
  return storage?.persisted === undefined ? null : storage.persisted();
}
