/** A folder of our own in the browser's private file system, where files take a sync handle; WebKitGTK has none. */

/** @param {string} name @returns {Promise<any>} the folder, or null where this browser has none with sync handles */
export async function opfsFolder(name) {
  if (globalThis.navigator?.storage?.getDirectory === undefined) return null;
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(name, { create: true });
    const probe = await folder.getFileHandle('.probe', { create: true });
    if (typeof (/** @type {any} */ (probe)).createSyncAccessHandle !== 'function') return null;
    return folder;
  } catch (problem) {
    if (problem instanceof DOMException) return null;
    throw problem;
  }
}

/** Take back what was written behind this place and did not become whole. @param {any} handle @param {number} at_bytes */
export function cutBack(handle, at_bytes) {
  try {
    handle.truncate(at_bytes);
  } catch (problem) {
    // What cannot be taken back either is found by its checksum at the next start.
    if (!(problem instanceof DOMException)) throw problem;
  }
}
