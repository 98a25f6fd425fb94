/**
 * The `Storage` port over IndexedDB: the database in which a note lies from the first second.
 *
 * Every commit is one strict transaction and resolves on `oncomplete`, never on a request's `success`: on a full disk the request
 * succeeds and the transaction aborts afterwards (assurance 0.3). A lost connection is opened anew at the next call, because a
 * background tab's handle dies without a word (assurance 1.2). The unsent database stays at version 1 for ever, so that a
 * release that is rolled back can still open it.
 */
import { DURABILITY, StorageProblem } from '../../../sync/tablet/ports.js';

/** @typedef {import('../../../sync/tablet/ports.js').Storage} Storage */
/** @typedef {import('../../../sync/tablet/ports.js').Change} Change */
/** @typedef {import('../../../sync/tablet/ports.js').Check} Check */
/** @typedef {import('../../../sync/tablet/ports.js').Range} Range */

/**
 * @param {string} name @param {readonly string[]} stores
 * @param {{told?: (fact: {database: string, made: boolean, dataLoss: string}) => void}} [options] `told` hears when the database
 * was made anew at this opening, and Chromium's own word for damage
 * @returns {Storage & {close: () => void}}
 */
export function openStorage(name, stores, { told = () => {} } = {}) {
  /** @type {Promise<IDBDatabase> | null} */
  let opening = null;

  /** @returns {Promise<IDBDatabase>} */
  const database = () => {
    opening ??= open(name, stores, told, () => { opening = null; }).catch((problem) => {
      opening = null;
      throw asProblem(problem);
    });
    return opening;
  };

  /** Reading is asked once more over a new handle; a commit is its caller's to repeat, who knows what may have come of it. @template T @param {() => Promise<T>} ask @returns {Promise<T>} */
  const reopened = async (ask) => {
    try {
      return await ask();
    } catch (problem) {
      if (!(problem instanceof StorageProblem) || problem.kind !== 'gone') throw problem;
      opening = null;
      return ask();
    }
  };

  /** @param {IDBDatabase} opened @param {string} store */
  const readable = (opened, store) => begin(opened, [store], 'readonly', () => { opening = null; }).objectStore(store);

  /** @template T @param {string} store @param {(store: IDBObjectStore) => IDBRequest<T>} ask @returns {Promise<T>} */
  const reading = (store, ask) => reopened(async () => answered(ask(readable(await database(), store))));

  return {
    read: (store, key) => reading(store, (from) => from.get(/** @type {IDBValidKey} */ (key))),
    count: (store, range = {}) => reading(store, (from) => from.count(keyRange(range) ?? undefined)),
    range: (store, range = {}) => reopened(async () => (range.reverse ? walk : whole)(readable(await database(), store), range)),
    commit: async (changes, { check = [] } = {}) =>
      commit(await database(), changes, check, () => { opening = null; }),
    close: () => {
      opening?.then((opened) => opened.close(), () => {});
      opening = null;
    },
  };
}

/** @param {string} name @param {readonly string[]} stores @param {(fact: {database: string, made: boolean, dataLoss: string}) => void} told @param {() => void} lost @returns {Promise<IDBDatabase>} */
function open(name, stores, told, lost) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = (event) => {
      for (const store of stores) request.result.createObjectStore(store);
      told({ database: name, made: true, dataLoss: String(/** @type {any} */ (event).dataLoss ?? 'unknown') });
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new StorageProblem('gone', 'another tab keeps the database'));
    request.onsuccess = () => {
      const opened = request.result;
      opened.onclose = lost;
      opened.onversionchange = () => { opened.close(); lost(); };
      resolve(opened);
    };
  });
}

/** @param {IDBDatabase} database @param {string[]} stores @param {IDBTransactionMode} mode @param {() => void} lost @returns {IDBTransaction} */
function begin(database, stores, mode, lost) {
  try {
    return database.transaction(stores, mode, { durability: DURABILITY });
  } catch (problem) {
    lost();
    throw asProblem(problem);
  }
}

/** @param {IDBDatabase} database @param {Change[]} changes @param {Check[]} check @param {() => void} lost @returns {Promise<'committed' | 'moved'>} */
function commit(database, changes, check, lost) {
  const stores = [...new Set([...changes, ...check].map(({ store }) => store))];
  if (stores.length === 0) return Promise.resolve('committed');
  return new Promise((resolve, reject) => {
    const transaction = begin(database, stores, 'readwrite', lost);
    let moved = false;
    transaction.oncomplete = () => resolve('committed');
    transaction.onabort = () => {
      if (moved) return resolve('moved');
      const problem = asProblem(transaction.error);
      if (problem.kind === 'gone') lost();
      return reject(problem);
    };
    let open = check.length;
    for (const one of check) {
      const request = transaction.objectStore(one.store).get(/** @type {IDBValidKey} */ (one.key));
      request.onsuccess = () => {
        if (moved) return;
        if (!stands(request.result, one.equals)) {
          moved = true;
          transaction.abort();
        } else if ((open -= 1) === 0) transaction.commit();
      };
    }
    // Asked for in one go, without a wait between the checks and the changes: until `commit` nothing is kept, and a check that fails
    // takes all of it back. The transaction cannot end by itself before the last check has been looked at.
    try {
      for (const change of changes) {
        const store = transaction.objectStore(change.store);
        if ('put' in change) store.put(change.put, /** @type {IDBValidKey} */ (change.key));
        else store.delete(/** @type {IDBValidKey} */ (change.remove));
      }
    } catch (problem) {
      // A value that cannot be stored must not leave the half before it behind.
      transaction.abort();
      throw problem;
    }
    if (open === 0) transaction.commit();
  });
}

/** @param {any} row @param {Record<string, unknown> | null} equals */
function stands(row, equals) {
  if (equals === null) return row === undefined;
  return row !== undefined && Object.entries(equals).every(([name, value]) => row[name] === value);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(asProblem(request.error));
  });

/** @param {IDBObjectStore} store @param {Range} range @returns {Promise<{key: any, value: any}[]>} */
async function whole(store, range) {
  const limits = keyRange(range);
  const [keys, values] = await Promise.all([
    answered(store.getAllKeys(limits, range.limit)),
    answered(store.getAll(limits, range.limit)),
  ]);
  return keys.map((key, at) => ({ key, value: values[at] }));
}

/** @param {IDBObjectStore} store @param {Range} range @returns {Promise<{key: any, value: any}[]>} */
function walk(store, range) {
  return new Promise((resolve, reject) => {
    /** @type {{key: any, value: any}[]} */
    const rows = [];
    const request = store.openCursor(keyRange(range), 'prev');
    request.onerror = () => reject(asProblem(request.error));
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null || rows.length === (range.limit ?? Infinity)) return resolve(rows);
      rows.push({ key: cursor.key, value: cursor.value });
      return cursor.continue();
    };
  });
}

/** @param {Range} range @returns {IDBKeyRange | null} */
function keyRange({ from, to }) {
  if (from !== undefined && to !== undefined) return IDBKeyRange.bound(from, to);
  if (from !== undefined) return IDBKeyRange.lowerBound(from);
  return to === undefined ? null : IDBKeyRange.upperBound(to);
}

/** @param {unknown} problem @returns {StorageProblem} */
function asProblem(problem) {
  if (problem instanceof StorageProblem) return problem;
  const name = problem instanceof DOMException ? problem.name : '';
  if (name === 'QuotaExceededError') return new StorageProblem('quota', 'the tablet is full');
  if (['InvalidStateError', 'UnknownError', 'AbortError'].includes(name)) return new StorageProblem('gone', name);
  return new StorageProblem('failed', name || String(problem));
}
