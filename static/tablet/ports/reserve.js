/**
 * The `Reserve` port: files, or Cache API entries where there are none, that hold nothing but room.
 *
 * Filled by chance, because a file of zeros takes no room on many disks. A file is emptied and not removed when the room is wanted: emptying
 * needs no room, while a removal has to be written down first, on a disk that is full. Nothing of anybody lies here.
 */
import { SLICE_BYTES, slicesFor } from '../../../sync/tablet/reserve.js';
import { StorageProblem } from '../../../sync/tablet/ports.js';
import { cutBack, opfsFolder } from './opfs.js';

/** @typedef {import('../../../sync/tablet/ports.js').Reserve} Reserve */
/** @typedef {import('../../../sync/tablet/ports.js').Room} Room */

const PLACE = 'fieldwork-reserve';
const NUMBERS = Array.from({ length: slicesFor({ quota_bytes: Infinity, used_bytes: 0 }) }, (_, number) => String(number));
/** The most that the browser gives of chance at once, and what is written at once: a whole slice in memory is one for the collector, too. */
const CHANCE_BYTES = 65_536;

/** @returns {Promise<Reserve>} */
export async function openReserve() {
  const folder = await opfsFolder(PLACE);
  return { room, ...(folder === null ? cacheReserve() : fileReserve(folder)) };
}

/** What the browser says of the room on this tablet. @returns {Promise<Room | null>} null when it does not say */
export async function room() {
  const storage = globalThis.navigator?.storage;
  if (storage?.estimate === undefined) return null;
  try {
    const { quota, usage } = await storage.estimate();
    return quota === undefined || usage === undefined ? null : { quota_bytes: quota, used_bytes: usage };
  } catch (problem) {
    if (problem instanceof DOMException || problem instanceof TypeError) return null;
    throw problem;
  }
}

/** @param {any} folder @returns {Omit<Reserve, 'room'>} */
function fileReserve(folder) {
  /** @param {string} number @returns {Promise<any>} the file, or null when it was never made */
  const found = async (number) => {
    try {
      return await folder.getFileHandle(number);
    } catch (problem) {
      if (problem instanceof DOMException) return null;
      throw problem;
    }
  };
  /** Those before it are whole, as far as this tab knows: laying twenty looks at twenty files, not at four hundred. */
  let next = 0;
  const isWhole = async (/** @type {string} */ number) => ((await (await found(number))?.getFile())?.size ?? 0) >= SLICE_BYTES;
  return {
    held: async () => {
      next = 0;
      return (await Promise.all(NUMBERS.map(isWhole))).filter(Boolean).length;
    },
    lay: async () => {
      for (; next < NUMBERS.length; next += 1) {
        if (await isWhole(NUMBERS[next])) continue;
        await fill(await folder.getFileHandle(NUMBERS[next], { create: true }));
        return;
      }
    },
    drop: async () => {
      next = 0;
      for (const number of NUMBERS) {
        const file = await found(number);
        if (file !== null) await empty(file);
      }
    },
  };
}

/** @param {any} file */
async function fill(file) {
  let handle;
  try {
    handle = await file.createSyncAccessHandle();
  } catch (problem) {
    throw asProblem(problem);
  }
  try {
    const piece = new Uint8Array(CHANCE_BYTES);
    for (let at = 0; at < SLICE_BYTES; at += CHANCE_BYTES) {
      if (handle.write(crypto.getRandomValues(piece), { at }) !== CHANCE_BYTES) throw new StorageProblem('quota', 'no room for a slice');
    }
    handle.flush();
  } catch (problem) {
    cutBack(handle, 0);
    throw asProblem(problem);
  } finally {
    handle.close();
  }
}

/** One that another tab is filling at this moment stays: the others are enough. @param {any} file */
async function empty(file) {
  try {
    const handle = await file.createSyncAccessHandle();
    try {
      handle.truncate(0);
      handle.flush();
    } finally {
      handle.close();
    }
  } catch (problem) {
    if (!(problem instanceof DOMException)) throw problem;
  }
}

/** @returns {Omit<Reserve, 'room'>} */
function cacheReserve() {
  const address = (/** @type {string} */ number) => `/reserve/${number}`;
  return {
    held: async () => (await (await caches.open(PLACE)).keys()).length,
    lay: async () => {
      const cache = await caches.open(PLACE);
      const laid = (await cache.keys()).map(({ url }) => new URL(url).pathname);
      const number = NUMBERS.find((one) => !laid.includes(address(one)));
      try {
        if (number !== undefined) await cache.put(address(number), new Response(chance()));
      } catch (problem) {
        throw asProblem(problem);
      }
    },
    drop: async () => {
      try {
        await caches.delete(PLACE);
      } catch (problem) {
        if (!(problem instanceof DOMException)) throw problem;
      }
    },
  };
}

/** @returns {Uint8Array<ArrayBuffer>} */
function chance() {
  const bytes = new Uint8Array(SLICE_BYTES);
  for (let at = 0; at < SLICE_BYTES; at += CHANCE_BYTES) crypto.getRandomValues(bytes.subarray(at, at + CHANCE_BYTES));
  return bytes;
}

/** @param {unknown} problem @returns {StorageProblem} */
function asProblem(problem) {
  if (problem instanceof StorageProblem) return problem;
  const name = problem instanceof DOMException ? problem.name : String(problem);
  return new StorageProblem(name === 'QuotaExceededError' ? 'quota' : 'failed', name);
}
