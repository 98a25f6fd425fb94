/**
 * The database of what a person has pulled: sealed under their own key, packed, with a tail of single rows.
 *
 * Packed segments open two to two and a half times faster than single rows (offline.md 3). A position and a place stand
 * in the clear; headers, times and words are sealed. A *generation* is one run from position 1: after a restore at
 * central a new one is begun beside the old, which goes when the new one has come as far as central.
 */
import { fromUtf8, toUtf8 } from './bytes.js';
import { open, seal } from './seal.js';
import { under } from './stores.js';

/** @typedef {import('./ports.js').Storage} Storage */
/** @typedef {import('./ports.js').Change} Change */
/** @typedef {{schema: 1, after: number, epoch: string, generation: number, redactions: number, complete: boolean}} CursorRow  `cursors`, key [scope, lane] */
/** @typedef {{position: number, received_at: string, header: string, body: string | null}} PulledOperation */
/** @typedef {{store: 'segments' | 'tail', key: (string | number)[], operations: PulledOperation[]}} PulledPack */

export const SEGMENT_OPERATIONS = 250;

/** @param {PulledPack['store']} store @param {(string | number)[]} key */
const bound = (store, key) => toUtf8(JSON.stringify(['fieldwork pulled 1', store, ...key]));

/** @param {CryptoKey} key @param {import('./ports.js').Random} random @param {PulledPack} pack @returns {Promise<Change>} */
export async function packed(key, random, pack) {
  const words = toUtf8(JSON.stringify(pack.operations));
  const sealed = await seal(key, random.bytes(12), bound(pack.store, pack.key), words);
  return { store: pack.store, key: pack.key, put: { schema: 1, count: pack.operations.length, sealed } };
}

/** All packs of a scope and lane (or of everything), opened. Throws `NotOpened`. @param {Storage} pulled @param {CryptoKey} key @param {string[]} [place] @returns {Promise<PulledPack[]>} */
export async function openPacks(pulled, key, place = []) {
  /** @type {PulledPack[]} */
  const packs = [];
  for (const store of /** @type {const} */ (['segments', 'tail'])) {
    for (const row of await pulled.range(store, place.length > 0 ? under(place) : {})) {
      const words = fromUtf8(await open(key, bound(store, row.key), row.value.sealed));
      packs.push({ store, key: row.key, operations: JSON.parse(words) });
    }
  }
  return packs;
}

/**
 * How a page is laid down: whole segments when it is long, single rows when it is short.
 * @param {string} scope @param {string} lane @param {number} generation @param {PulledOperation[]} operations @returns {PulledPack[]}
 */
export function packsOf(scope, lane, generation, operations) {
  if (operations.length < SEGMENT_OPERATIONS) {
    return operations.map((one) => ({ store: 'tail', key: [scope, lane, generation, one.position], operations: [one] }));
  }
  /** @type {PulledPack[]} */
  const packs = [];
  for (let at = 0; at < operations.length; at += SEGMENT_OPERATIONS) {
    const part = operations.slice(at, at + SEGMENT_OPERATIONS);
    packs.push({ store: 'segments', key: [scope, lane, generation, part[0].position], operations: part });
  }
  return packs;
}

/** Packs again without the bodies of these operations; only those that held one. @param {PulledPack[]} packs @param {Set<string>} redacted @returns {PulledPack[]} */
export function withoutBodies(packs, redacted) {
  const holds = (/** @type {PulledOperation} */ one) => one.body !== null && redacted.has(JSON.parse(one.header).operation);
  return packs.filter(({ operations }) => operations.some(holds))
    .map((pack) => ({ ...pack, operations: pack.operations.map((one) => (holds(one) ? { ...one, body: null } : one)) }));
}

/** Removes every row of a scope and lane, or of its older generations. @param {Storage} pulled @param {string[]} place @param {number} [keep] the generation that stays @returns {Promise<Change[]>} */
export async function removals(pulled, place, keep) {
  const changes = [];
  for (const store of ['segments', 'tail']) {
    for (const { key } of await pulled.range(store, under(place))) {
      if (key[2] !== keep) changes.push({ store, remove: key });
    }
  }
  return changes;
}

/**
 * When idle: the tail of a scope and lane becomes one segment. One commit; nothing to do under 250 rows.
 * @param {Storage} pulled @param {CryptoKey} key @param {import('./ports.js').Random} random @param {[string, string]} place
 */
export async function repack(pulled, key, random, place) {
  const cursor = /** @type {CursorRow | undefined} */ (await pulled.read('cursors', place));
  if (cursor === undefined) return;
  const tail = (await openPacks(pulled, key, place)).filter((pack) => pack.store === 'tail' && pack.key[2] === cursor.generation);
  if (tail.length < SEGMENT_OPERATIONS) return;
  const operations = tail.flatMap((pack) => pack.operations).sort((a, b) => a.position - b.position);
  const segments = await Promise.all(packsOf(place[0], place[1], cursor.generation, operations).map((pack) => packed(key, random, pack)));
  // Every redaction of a pulled body raises `redactions`: packing what was read before it would bring the words back.
  const check = [{ store: 'cursors', key: place, equals: { generation: cursor.generation, redactions: cursor.redactions } }];
  await pulled.commit([...segments, ...tail.map((pack) => /** @type {Change} */ ({ store: 'tail', remove: pack.key }))], { check });
}
