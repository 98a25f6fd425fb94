/**
 * The `Journal` port: the second copy of every entry, in a file of our own beside the database.
 *
 * One OPFS file for each start of a worker, because a sync handle is exclusive; a Web Lock of the same name lives as long as the
 * worker, so a lock that is free means that its owner is dead and its file may be adopted. Where OPFS is missing (WebKitGTK)
 * the same bytes go to the Cache API, one entry each, read back before they count as written. Source: design.md 3.
 */
import { StorageProblem } from '../../../sync/tablet/ports.js';
import { cutBack, opfsFolder } from './opfs.js';

/** @typedef {import('../../../sync/tablet/ports.js').Journal} Journal */
/** @typedef {import('../../../sync/tablet/ports.js').Bytes} Bytes */

const FOLDER = 'fieldwork-journal';
const CACHE = 'fieldwork-journal';

/** @param {{name: string}} options a name never used before @returns {Promise<Journal & {kind: 'opfs' | 'cache'}>} */
export async function openJournal({ name }) {
  const file = `${name}.journal`;
  await holdForLife(`${FOLDER}/${file}`);
  const folder = await opfsFolder(FOLDER);
  return folder === null ? cacheJournal(file) : opfsJournal(folder, file);
}

/** Take a lock and keep it until this worker ends. @param {string} name @returns {Promise<void>} */
function holdForLife(name) {
  return new Promise((held, failed) => {
    navigator.locks.request(name, () => {
      held();
      return new Promise(() => {});
    }).catch(failed);
  });
}

/** Do something with a dead worker's file; `undefined` when its worker lives. @template T @param {string} file @param {() => Promise<T>} work @returns {Promise<T | undefined>} */
const ifDead = (file, work) =>
  navigator.locks.request(`${FOLDER}/${file}`, { ifAvailable: true }, (lock) => (lock === null ? undefined : work()));

/** @param {any} folder @param {string} own @returns {Promise<Journal & {kind: 'opfs'}>} */
async function opfsJournal(folder, own) {
  const handle = await (await folder.getFileHandle(own, { create: true })).createSyncAccessHandle();

  /** @param {string} file @param {(handle: any) => Bytes | void} work */
  const withHandle = async (file, work) => {
    if (file === own) return work(handle);
    const other = await (await folder.getFileHandle(file)).createSyncAccessHandle();
    try {
      const result = work(other);
      // A dead worker may have written without a flush; what is adopted is made sure of before it is relied on.
      other.flush();
      return result;
    } finally {
      other.close();
    }
  };

  /** @returns {Promise<string[]>} */
  const names = async () => {
    const found = [];
    for await (const name of folder.keys()) if (name.endsWith('.journal')) found.push(name);
    return found.sort();
  };

  return {
    kind: 'opfs',
    append: async (bytes) => {
      let at = -1;
      try {
        at = handle.getSize();
        if (handle.write(bytes, { at }) !== bytes.length) throw new StorageProblem('quota', 'the journal is full');
        handle.flush();
      } catch (problem) {
        // Half a frame is no copy, and the next start would take it for damage.
        if (at >= 0) cutBack(handle, at);
        throw asProblem(problem);
      }
    },
    readAll: async () => {
      const files = [];
      let hidden = 0;
      for (const name of await names()) {
        const read = () => withHandle(name, readWhole);
        const bytes = name === own ? await read() : await ifDead(name, read);
        if (bytes === undefined) hidden += 1;
        else files.push({ name, bytes: /** @type {Bytes} */ (bytes) });
      }
      return { files, hidden };
    },
    rewrite: async (change) => {
      for (const name of await names()) {
        const work = () => rewriteFile(folder, name, own, withHandle, change);
        await (name === own ? work() : ifDead(name, work));
      }
    },
  };
}

/** @param {any} handle @returns {Bytes} */
function readWhole(handle) {
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  return bytes;
}

/**
 * Whole or not at all: what the file should hold is first written beside it and flushed. The next start finishes what a power cut left
 * half done, because frames are found by their checksums and the longer of the two is never thrown away before the other is whole.
 * @param {any} folder @param {string} name @param {string} own
 * @param {(file: string, work: (handle: any) => Bytes | void) => Promise<Bytes | void>} withHandle
 * @param {(bytes: Bytes) => Bytes} change
 */
async function rewriteFile(folder, name, own, withHandle, change) {
  const before = /** @type {Bytes} */ (await withHandle(name, readWhole));
  const after = change(before);
  if (after.length === before.length && after.every((byte, at) => byte === before[at])) return;
  if (after.length === 0 && name !== own) {
    await folder.removeEntry(name);
    return;
  }
  const beside = `${name}.new.journal`;
  const copy = await (await folder.getFileHandle(beside, { create: true })).createSyncAccessHandle();
  copy.truncate(0);
  copy.write(after, { at: 0 });
  copy.flush();
  copy.close();
  await withHandle(name, (handle) => {
    handle.truncate(0);
    handle.write(after, { at: 0 });
    handle.flush();
  });
  await folder.removeEntry(beside);
}

/** @param {string} own @returns {Promise<Journal & {kind: 'cache'}>} */
async function cacheJournal(own) {
  const cache = await caches.open(CACHE);
  let number = 0;
  /** @param {string} file @param {number} part */
  const address = (file, part) => `/journal/${file}/${String(part).padStart(9, '0')}`;
  /** @returns {Promise<Map<string, string[]>>} */
  const parts = async () => {
    /** @type {Map<string, string[]>} */
    const found = new Map();
    for (const request of await cache.keys()) {
      const path = new URL(request.url).pathname;
      const file = path.split('/')[2];
      found.set(file, [...(found.get(file) ?? []), path]);
    }
    for (const paths of found.values()) paths.sort();
    return found;
  };
  /** @param {string[]} paths @returns {Promise<Bytes>} */
  const readParts = async (paths) => {
    const pieces = [];
    for (const path of paths) {
      const answer = await cache.match(path);
      if (answer !== undefined) pieces.push(new Uint8Array(await answer.arrayBuffer()));
    }
    return joined(pieces);
  };
  /** @param {string} path @param {Bytes} bytes */
  const keep = async (path, bytes) => {
    await cache.put(path, new Response(bytes));
    const back = await cache.match(path);
    if (back === undefined || !same(new Uint8Array(await back.arrayBuffer()), bytes)) {
      throw new StorageProblem('failed', 'the journal did not keep it');
    }
  };

  return {
    kind: 'cache',
    append: async (bytes) => {
      try {
        await keep(address(own, number), bytes);
        number += 1;
      } catch (problem) {
        throw asProblem(problem);
      }
    },
    readAll: async () => {
      const files = [];
      let hidden = 0;
      for (const [name, paths] of await parts()) {
        const read = () => readParts(paths);
        const bytes = name === own ? await read() : await ifDead(name, read);
        if (bytes === undefined) hidden += 1;
        else files.push({ name, bytes });
      }
      return { files, hidden };
    },
    rewrite: async (change) => {
      for (const [name, paths] of await parts()) {
        const work = async () => {
          const before = await readParts(paths);
          const after = change(before);
          if (same(after, before)) return;
          // The new whole comes first and sorts behind the old parts; what is there twice is the same frame twice.
          number = Math.max(number, Number(paths.at(-1)?.split('/').at(-1) ?? 0) + 1);
          if (after.length > 0) await keep(address(name, number), after);
          number += 1;
          for (const path of paths) await cache.delete(path);
        };
        await (name === own ? work() : ifDead(name, work));
      }
    },
  };
}

/** @param {Bytes[]} pieces @returns {Bytes} */
function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** @param {Bytes} a @param {Bytes} b */
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** @param {unknown} problem @returns {StorageProblem} */
function asProblem(problem) {
  if (problem instanceof StorageProblem) return problem;
  const name = problem instanceof DOMException ? problem.name : String(problem);
  return new StorageProblem(name === 'QuotaExceededError' ? 'quota' : 'failed', name);
}
