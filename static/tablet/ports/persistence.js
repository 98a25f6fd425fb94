/** What the browser promises about all that is stored here: to keep it, or to remove it when space runs out. */

/** @returns {Promise<boolean | null>} null when it does not say */
export async function persisted() {
  const storage = globalThis.navigator?.storage;
  if (storage?.persisted === undefined) return null;
  try {
    return await storage.persisted();
  } catch (problem) {
    // A private window, or a policy of somebody's: it may not be asked, so it has promised nothing.
    if (problem instanceof DOMException || problem instanceof TypeError) return null;
    throw problem;
  }
}
