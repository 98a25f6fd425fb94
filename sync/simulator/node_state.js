/**
 * What lies on a simulated tablet, seen from outside: for the invariants, not for the program.
 *
 * It looks at the disks with a life of its own, so it passes no crash point and draws no chance.
 */
import { createHash } from 'node:crypto';

import { toUtf8 } from '../tablet/bytes.js';
import { readFrames } from '../tablet/journal.js';
import { unlockPersonKeys } from '../tablet/keys.js';
import { countOutbox, needsAttention } from '../tablet/outbox.js';
import { openPacks } from '../tablet/pulled.js';
import { loadReplica } from '../tablet/replica.js';
import { aesKey, NotOpened, open, ownInfo, unwrapCarryKey } from '../tablet/seal.js';
import { makeTablet } from '../tablet/tablet.js';
import { Life } from './memory_life.js';
import { memoryStorage } from './memory_storage.js';
import { KEK } from './simulated_tablet.js';

/** @typedef {import('./memory_device.js').MemoryDevice} MemoryDevice */
/** @typedef {import('../tablet/replica.js').Replica} Replica */

const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');

/** What is looked at is the disk; what a running program has beside it is not. */
const NOTHING_ASIDE = { incarnation: null, heads: new Map(), minted: [], turn: Promise.resolve() };

/** A fault that is waiting for the program is not used up by looking. @param {MemoryDevice} device */
const lookedAt = ({ unsent }) => memoryStorage(Object.assign(Object.create(Object.getPrototypeOf(unsent)), unsent, { fault: null }), new Life());

/** @param {import('../tablet/ports.js').Storage} storage */
const reportsOf = (storage) => storage.range('marks', { from: 'report:', to: 'report:\uFFFF' });

/** The reports that a start has closed and that wait to be sent. @param {MemoryDevice} device @returns {Promise<string[]>} */
export async function reportsDue(device) {
  return (await reportsOf(lookedAt(device))).filter(({ value }) => !value.open).map(({ value }) => value.report);
}

/** @param {MemoryDevice} device @param {boolean} full */
export async function stateOf(device, full) {
  const storage = lookedAt(device);
  const mark = async (/** @type {string} */ key) => storage.read('marks', key);
  const people = (await storage.range('marks', { from: 'person:', to: 'person:\uFFFF' })).map(({ value }) => value);
  const reports = await reportsOf(storage);
  /** @type {Record<string, object>} */
  const pulled = {};
  /** @type {Record<string, object>} */
  const folded = {};
  for (const row of people) {
    const keys = await unlockPersonKeys(row, 'passphrase', KEK);
    if (keys === null) continue;
    pulled[row.person] = await pulledState(device, keys);
    if (full) folded[row.person] = foldedState(await replicaOf(device, keys));
  }
  return {
    counts: await countOutbox({ storage, overflow: NOTHING_ASIDE }),
    attention: await needsAttention(storage),
    entries: await Promise.all((await storage.range('entries')).map(async ({ value: { operation, stream, sequence, header, header_hash, body_hash, sealed, carry } }) => ({
      operation, stream, sequence, header_hash, body_hash, words: sealed !== null,
      opens: await wordsOpen(device, header, sealed, await storage.read('carry_keys', carry)),
    }))),
    journal: await Promise.all([...device.files.files.values()].flatMap(({ written }) => readFrames(written).frames).flatMap(({ facts, sealed }) => (
      facts.kind === 'entry' ? [journalState(device, facts, sealed)] : []))),
    safe: await Promise.all((await storage.range('safe')).map(async ({ key }) => (await storage.read('entries', key))?.operation ?? null)),
    outbox: (await storage.range('outbox')).map(({ value }) => value.operation),
    drafts: await storage.count('drafts'),
    reports: reports.map(({ value }) => value.report),
    reports_due: await reportsDue(device),
    incarnation: (await mark('incarnation'))?.id ?? null,
    epoch: (await mark('epoch'))?.epoch ?? null,
    manifest_due: (await mark('manifest_due')) !== undefined,
    pulled,
    folded,
  };
}

/** @param {MemoryDevice} device @param {import('../tablet/journal.js').EntryFacts} facts @param {import('../tablet/ports.js').Bytes} sealed */
const journalState = async (device, { header, carry }, sealed) => ({
  operation: JSON.parse(header).operation, header_hash: sha256(header), words: sealed.length > 0, opens: await wordsOpen(device, header, sealed, carry ?? undefined),
});

/** What was found already, for each tablet: opening is dear, and what lies still stays as it was. @type {WeakMap<MemoryDevice, Map<string, Promise<boolean>>>} */
const FOUND = new WeakMap();

/**
 * Whether the author gets from these bytes the very words that the header speaks of: a row that is there and holds something else has kept nothing.
 * @param {MemoryDevice} device @param {string} header @param {import('../tablet/ports.js').Bytes | null} sealed @param {import('../tablet/carry.js').CarryRow | undefined} carryRow
 * @returns {Promise<boolean>}
 */
async function wordsOpen(device, header, sealed, carryRow) {
  if (sealed === null || sealed.length === 0 || carryRow === undefined) return false;
  const found = FOUND.get(device) ?? new Map();
  FOUND.set(device, found);
  const name = createHash('sha256').update(header).update(sealed).update(JSON.stringify(carryRow)).digest('hex');
  if (!found.has(name)) found.set(name, opened(device, header, sealed, carryRow));
  return found.get(name);
}

/** @param {MemoryDevice} device @param {string} header @param {import('../tablet/ports.js').Bytes} sealed @param {import('../tablet/carry.js').CarryRow} carryRow */
async function opened(device, header, sealed, carryRow) {
  const { person, body_hash } = JSON.parse(header);
  const row = device.people.get(person);
  const keys = row === undefined ? null : await unlockPersonKeys(row, 'passphrase', KEK);
  if (keys === null) return false;
  try {
    const key = await aesKey(await unwrapCarryKey(keys.privateKey, carryRow.own, carryRow.id, ownInfo(carryRow.lane)));
    return createHash('sha256').update(await open(key, toUtf8(header), sealed)).digest('hex') === body_hash;
  } catch (problem) {
    if (problem instanceof NotOpened) return false;
    throw problem;
  }
}

/** @param {MemoryDevice} device @param {import('../tablet/keys.js').PersonKeys} keys */
async function pulledState(device, keys) {
  const database = device.pulled.get(keys.person);
  if (database === undefined) return {};
  const storage = memoryStorage(database, new Life());
  const packs = await openPacks(storage, keys.pulledKey);
  /** @type {Record<string, object>} */
  const places = {};
  for (const { key, value } of await storage.range('cursors')) {
    const [scope, lane] = key;
    const operations = packs.filter((pack) => pack.key[0] === scope && pack.key[1] === lane && pack.key[2] === value.generation)
      .flatMap((pack) => pack.operations).sort((a, b) => a.position - b.position)
      .map(({ position, header, body }) => [position, sha256(header), body === null ? null : sha256(body)]);
    const digest = sha256(operations.map(([position, header, body]) => `${position} ${header} ${body ?? '-'}\n`).join(''));
    places[`${scope} ${lane}`] = { after: value.after, epoch: value.epoch, complete: value.complete, digest, operations };
  }
  return places;
}

/** @param {MemoryDevice} device @param {import('../tablet/keys.js').PersonKeys} keys @returns {Promise<Replica>} */
async function replicaOf(device, keys) {
  // Copies of the databases, because loading may finish a redaction, and looking must change nothing.
  const copy = (/** @type {import('./memory_storage.js').MemoryDatabase | undefined} */ database) => {
    const made = Object.create(Object.getPrototypeOf(device.unsent));
    return Object.assign(made, { written: database?.written ?? new Map(), synced: new Map(), relaxed: true, fault: null, commits: 0 });
  };
  const looking = new Life();
  const unsent = memoryStorage(copy(device.unsent), looking);
  const pulled = { ...memoryStorage(copy(device.pulled.get(keys.person)), looking), commit: async () => /** @type {const} */ ('moved') };
  const ports = /** @type {any} */ ({ storage: unsent, pulled, journal: {}, random: { bytes: (/** @type {number} */ length) => new Uint8Array(length) } });
  return (await loadReplica(makeTablet(ports), keys)).replica;
}

/** @param {Replica} replica */
function foldedState(replica) {
  const states = replica.all().map(({ record, record_type, heads, withdrawn, fields }) => ({
    record, record_type, heads, withdrawn,
    fields: [...fields].map(([name, voices]) => [name, voices.map(({ operation, value }) => [operation, value])]),
  }));
  return { digest: sha256(JSON.stringify(states)), records: states.length, conflicts: replica.conflicts().length, states };
}
