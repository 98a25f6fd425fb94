/**
 * A database of the simulator, honest about power: what was committed and not yet synced is gone when the power is cut,
 * and stays when only the process is killed.
 *
 * Rows are cloned on the way in and out, keys ordered as IndexedDB orders them, and a strict commit passes three numbered
 * points: before it, between writing and syncing, and after. It can be full (`quota`), lose its handle (`gone`), be wiped,
 * be put back to an older copy, and have bytes changed in it, as browsers were seen to do.
 */
import { DURABILITY, StorageProblem } from '../tablet/ports.js';

/** @typedef {import('../tablet/ports.js').Key} Key */
/** @typedef {import('../tablet/ports.js').Change} Change */
/** @typedef {Map<string, Map<string, {key: Key, value: unknown}>>} Stores  by the key as JSON */

/** What lies on the disk of one tablet under one database name. It outlives every life. */
export class MemoryDatabase {
  /** @type {Stores} what the process sees */
  written = new Map();

  /** @type {Stores} what survives a power cut */
  synced = new Map();

  /** Commits that are not synced: the program asked for no more, or a bug is planted. */
  relaxed = DURABILITY !== 'strict';

  /**
   * The next so many commits (and reads) fail; with `room_bytes`, only commits that bring more: on a disk that is nearly full a few small rows go on fitting.
   * @type {{kind: 'quota' | 'gone' | 'failed', commits: number, reads?: boolean, room_bytes?: number} | null}
   */
  fault = null;

  commits = 0;

  powerLoss() {
    this.written = copyOf(this.synced);
  }

  wipe() {
    this.written = new Map();
    this.synced = new Map();
  }

  /** @returns {Stores} */
  copy() {
    return copyOf(this.synced);
  }

  /** @param {Stores} older */
  putBack(older) {
    this.written = copyOf(older);
    this.synced = copyOf(older);
  }

  /** Change rows behind the program's back, on the disk as well. @param {string} store @param {(value: any, key: any) => any} change `undefined` removes the row */
  damage(store, change) {
    const rows = this.written.get(store);
    for (const [name, { key, value }] of [...(rows ?? [])]) {
      const changed = change(structuredClone(value), key);
      if (changed === undefined) rows?.delete(name);
      else rows?.set(name, { key, value: changed });
    }
    this.synced = copyOf(this.written);
  }
}

/** @param {Stores} stores @returns {Stores} rows are never changed in place, so the maps alone are copied */
const copyOf = (stores) => new Map([...stores].map(([name, rows]) => [name, new Map(rows)]));

/**
 * The Storage port over such a database, for one life.
 * @param {MemoryDatabase} database @param {import('./memory_life.js').Life} life @param {string} [name] in the names of points
 * @returns {import('../tablet/ports.js').Storage}
 */
export function memoryStorage(database, life, name = 'database') {
  const fail = (/** @type {boolean} */ reading, /** @type {Change[]} */ changes = []) => {
    const { fault } = database;
    if (fault === null || fault.commits === 0 || (reading && fault.reads !== true)) return;
    if (!reading && fault.room_bytes !== undefined && bytesOf(changes) <= fault.room_bytes) return;
    fault.commits -= 1;
    throw new StorageProblem(fault.kind);
  };
  const rowsOf = (/** @type {string} */ store) => database.written.get(store) ?? new Map();
  /** @param {string} store @param {import('../tablet/ports.js').Range} [range] */
  const ranged = async (store, { from, to, limit, reverse } = {}) => {
    await alive(life);
    fail(true);
    const rows = [...rowsOf(store).values()]
      .filter(({ key }) => (from === undefined || compareKeys(key, from) >= 0) && (to === undefined || compareKeys(key, to) <= 0))
      .sort((a, b) => compareKeys(a.key, b.key));
    if (reverse) rows.reverse();
    return rows.slice(0, limit).map(({ key, value }) => ({ key: cloned(key), value: cloned(value) }));
  };
  return {
    async read(store, key) {
      await alive(life);
      fail(true);
      return cloned(rowsOf(store).get(JSON.stringify(key))?.value);
    },
    range: ranged,
    async count(store, range) {
      return (await ranged(store, range)).length;
    },
    async commit(changes, { check = [] } = {}) {
      const made = cloned(changes);
      await life.point(`${name} before commit`);
      fail(false, made);
      // From here to `written` there is no await: this is the transaction.
      for (const { store, key, equals } of check) {
        if (!holds(rowsOf(store).get(JSON.stringify(key))?.value, equals)) return 'moved';
      }
      for (const change of made) apply(database.written, change);
      database.commits += 1;
      await life.point(`${name} written, not synced`);
      if (!database.relaxed) database.synced = copyOf(database.written);
      await life.point(`${name} after commit`);
      return 'committed';
    },
  };
}

/**
 * As `structuredClone`, which takes several times as long over what rows are made of; anything else is left to it.
 * @param {any} value @returns {any}
 */
function cloned(value) {
  if (value === null || AS_THEY_ARE.has(typeof value)) return value;
  if (Array.isArray(value)) return value.map(cloned);
  if (value.constructor === Uint8Array) return value.slice();
  if (value.constructor !== Object) return structuredClone(value);
  /** @type {Record<string, unknown>} */
  const made = {};
  for (const name of Object.keys(value)) made[name] = cloned(value[name]);
  return made;
}

const AS_THEY_ARE = new Set(['string', 'number', 'boolean', 'undefined']);

/** About what these rows take on the disk. @param {any} value @returns {number} */
function bytesOf(value) {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (value === null || typeof value !== 'object') return 8;
  return Object.values(value).reduce((sum, part) => sum + bytesOf(part), 0);
}

/** A dead process reads nothing. @param {import('./memory_life.js').Life} life */
async function alive(life) {
  if (life.isDead) await new Promise(() => {});
}

/** @param {any} row @param {Record<string, unknown> | null} equals */
function holds(row, equals) {
  if (equals === null || row === undefined) return equals === null && row === undefined;
  return Object.entries(equals).every(([field, value]) => row[field] === value);
}

/** @param {Stores} stores @param {Change} change */
function apply(stores, change) {
  const rows = stores.get(change.store) ?? new Map();
  stores.set(change.store, rows);
  if ('remove' in change) rows.delete(JSON.stringify(change.remove));
  else rows.set(JSON.stringify(change.key), { key: change.key, value: change.put });
}

/** IndexedDB's order: numbers, then strings, then lists. @param {any} a @param {any} b @returns {number} */
export function compareKeys(a, b) {
  const rank = (/** @type {any} */ key) => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (!Array.isArray(a)) return a < b ? -1 : Number(a > b);
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const order = compareKeys(a[at], b[at]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
