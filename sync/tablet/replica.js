/**
 * The visit as its reader sees it: pulled operations and the person's own, folded record by record. In memory, unlocked.
 *
 * State is a function of the set, so it does not matter what came from where or how often. Entries of other people on
 * this tablet are carried, never opened. Gone at lock. Source: PROTOCOL.md 5.
 */
import { toUtf8 } from './bytes.js';
import { readBody } from './body.js';
import { conflicts, fold } from './fold.js';
import { readHeader } from './header.js';
import { openPacks, packed, withoutBodies } from './pulled.js';
import { redactedOperations } from './redact.js';
import { NotOpened, open } from './seal.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {import('./keys.js').PersonKeys} PersonKeys */
/** @typedef {import('./fold.js').Folding} Folding */
/** @typedef {import('./fold.js').RecordState} RecordState */
/** @typedef {import('./header.js').Header} Header */
/** @typedef {Folding & {header: Header, headerText: string, position: number | null, received_at: string | null}} Known */

export class Replica {
  /** @type {Map<string, Map<string, Known>>} by record, by operation */
  #records = new Map();

  /** @type {Map<string, RecordState>} */
  #folded = new Map();

  /** @type {Map<string, string>} operation to record */
  #places = new Map();

  /** @type {Set<string>} */
  #redacted = new Set();

  /**
   * One operation more. A copy with a position replaces one without; a body that is known to be redacted is dropped.
   * @param {{headerText: string, body: import('./ports.js').Bytes | null, position?: number, received_at?: string}} operation
   */
  add({ headerText, body, position, received_at }) {
    const header = readHeader(toUtf8(headerText));
    header.redacts?.forEach((one) => this.redact(one));
    const known = this.#records.get(header.record) ?? new Map();
    const before = known.get(header.operation);
    // The body counts as gone as soon as one copy says so: central has dropped it, whatever this tablet still held.
    if (before !== undefined && before.position !== null && (body !== null || before.fields === null)) return;
    const fields = body === null || this.#redacted.has(header.operation) || before?.fields === null ? null : readBody(body, header.kind);
    known.set(header.operation, {
      operation: header.operation, kind: header.kind, base: header.base, record_type: header.record_type, record: header.record,
      fields, header, headerText, position: position ?? null, received_at: received_at ?? null,
    });
    this.#records.set(header.record, known);
    this.#places.set(header.operation, header.record);
    this.#folded.delete(header.record);
  }

  /** The words of an operation, whether it is here or comes later. Twice is as once. @param {string} operation */
  redact(operation) {
    this.#redacted.add(operation);
    const record = this.#places.get(operation);
    const known = record === undefined ? undefined : this.#records.get(record)?.get(operation);
    if (record === undefined || known === undefined || known.fields === null) return;
    known.fields = null;
    this.#folded.delete(record);
  }

  /** The record that an operation belongs to, if it is here. @param {string} operation @returns {string | undefined} */
  recordOf(operation) {
    return this.#places.get(operation);
  }

  /** @param {string} record @returns {RecordState | null} */
  find(record) {
    const before = this.#folded.get(record);
    if (before !== undefined) return before;
    const state = fold(ofItsType([...this.#records.get(record)?.values() ?? []]));
    if (state !== null) this.#folded.set(record, state);
    return state;
  }

  /** Records of one type, by id; withdrawn ones only when asked for. @param {string} recordType @param {{withdrawn?: boolean}} [options] @returns {RecordState[]} */
  list(recordType, { withdrawn = false } = {}) {
    return this.all().filter((state) => state.record_type === recordType && (withdrawn || !state.withdrawn));
  }

  /** @returns {RecordState[]} */
  all() {
    return [...this.#records.keys()].sort().map((record) => this.find(record)).filter((state) => state !== null);
  }

  /** Records where people's words stand side by side, with the names of the fields. @returns {{record: string, record_type: string, fields: string[]}[]} */
  conflicts() {
    return this.all().map((state) => ({ record: state.record, record_type: state.record_type, fields: conflicts(state) }))
      .filter(({ fields }) => fields.length > 0);
  }

  /** A record's operations, for its history: by position, then those only here. @param {string} record @returns {Known[]} */
  history(record) {
    const late = Number.MAX_SAFE_INTEGER;
    return [...this.#records.get(record)?.values() ?? []]
      .sort((a, b) => (a.position ?? late) - (b.position ?? late) || (a.operation < b.operation ? -1 : 1));
  }
}

/**
 * The operations that call a record what it was made as: by the create that was stored first; what is only here comes after that. What
 * calls it by another type is kept and changes nothing: nobody says what is not theirs to say by calling it something else (PROTOCOL.md 5).
 * `of_its_type` does the same at the office, and `sync/vectors/types.json` holds both to the same answers.
 * @template {Pick<Known, 'operation' | 'kind' | 'record_type' | 'position' | 'received_at' | 'header'>} T
 * @param {T[]} known @returns {T[]}
 */
export function ofItsType(known) {
  const own = known.filter(({ kind }) => kind !== 'redact');
  if (own.every(({ record_type }) => record_type === own[0].record_type)) return own;
  const [first] = [...own].sort(asStored);
  return own.filter(({ record_type }) => record_type === first.record_type);
}

/** Creates first; then in the order in which the office stored them, of two scopes by the time, within one by position. @param {Pick<Known, 'operation' | 'kind' | 'position' | 'received_at' | 'header'>} a @param {typeof a} b */
function asStored(a, b) {
  const late = Number.MAX_SAFE_INTEGER;
  if ((a.kind === 'create') !== (b.kind === 'create')) return a.kind === 'create' ? -1 : 1;
  if (a.position !== null && b.position !== null && a.header.scope !== b.header.scope) return String(a.received_at) < String(b.received_at) ? -1 : 1;
  return (a.position ?? late) - (b.position ?? late) || (a.operation < b.operation ? -1 : 1);
}

/**
 * Load a person's replica at unlock. Whatever a redaction has named meanwhile is scrubbed from the pulled database on
 * the way, so a redaction made while locked is finished here.
 * @param {Tablet} tablet @param {PersonKeys} keys @returns {Promise<{replica: Replica, unopened: number}>} `unopened`: own entries that did not open
 */
export async function loadReplica(tablet, keys) {
  const replica = new Replica();
  const redacted = await redactedOperations(tablet.storage);
  redacted.forEach((operation) => replica.redact(operation));
  if (tablet.pulled !== undefined) await loadPulled(replica, tablet.pulled, tablet.random, keys, redacted);
  let unopened = 0;
  for (const { value: entry } of await tablet.storage.range('entries')) {
    if (readHeader(toUtf8(entry.header)).person !== keys.person) continue;
    const body = entry.sealed === null ? null : await ownBody(tablet, keys, entry);
    if (body === undefined) unopened += 1;
    else replica.add({ headerText: entry.header, body });
  }
  return { replica, unopened };
}

/** @param {Replica} replica @param {import('./ports.js').Storage} pulled @param {import('./ports.js').Random} random @param {PersonKeys} keys @param {Set<string>} redacted */
async function loadPulled(replica, pulled, random, { pulledKey }, redacted) {
  const packs = await openPacks(pulled, pulledKey);
  const late = withoutBodies(packs, redacted);
  if (late.length > 0) {
    const changes = await Promise.all(late.map((pack) => packed(pulledKey, random, pack)));
    const cursors = await pulled.range('cursors');
    // Raised so that a repacking or a page under way in another tab cannot write back what it read before.
    const raised = cursors.map(({ key, value }) => ({ store: 'cursors', key, put: { ...value, redactions: value.redactions + 1 } }));
    const check = cursors.map(({ key, value }) => ({ store: 'cursors', key, equals: { after: value.after, generation: value.generation, redactions: value.redactions } }));
    await pulled.commit([...changes, ...raised], { check });
  }
  // The newest generation first: of one operation, its place counts.
  packs.sort((a, b) => Number(b.key[2]) - Number(a.key[2]));
  for (const { operations } of packs) {
    for (const { header, body, position, received_at } of operations) {
      replica.add({ headerText: header, body: body === null ? null : toUtf8(body), position, received_at });
    }
  }
}

/**
 * The body of one of this person's own entries; `undefined` when it does not open.
 * @param {Tablet} tablet @param {PersonKeys} keys @param {import('./stores.js').EntryRow} entry
 */
export async function ownBody({ storage, carry }, { privateKey }, entry) {
  if (entry.sealed === null) return undefined;
  const known = carry.inMemory(entry.carry);
  const carryRow = known === undefined ? await storage.read('carry_keys', entry.carry) : undefined;
  try {
    const key = known ?? (carryRow && await carry.forReading(carryRow, privateKey));
    return key && await open(key, toUtf8(entry.header), entry.sealed);
  } catch (problem) {
    if (problem instanceof NotOpened) return undefined;
    throw problem;
  }
}

/**
 * After a save: what was saved now is in the state too, and what it redacts has lost its words.
 * @param {Tablet} tablet @param {PersonKeys} keys @param {Replica} replica @param {import('./saved.js').SavedOperation[]} saved
 */
export async function addSaved(tablet, keys, replica, saved) {
  for (const { operation, stream, sequence } of saved) {
    // What this start saved is in its memory, sealed; also what the journal alone has.
    const entry = tablet.keptHere.get(operation) ?? await tablet.storage.read('entries', [stream, sequence]);
    if (entry === undefined || readHeader(toUtf8(entry.header)).person !== keys.person) continue;
    const body = entry.sealed === null ? null : await ownBody(tablet, keys, entry);
    if (body !== undefined) replica.add({ headerText: entry.header, body });
  }
}

/** After a pull that did not begin again. @param {Replica} replica @param {import('./pull.js').PullResult} result */
export function addPulled(replica, { operations, redacted }) {
  redacted.forEach((operation) => replica.redact(operation));
  for (const { header, body, position, received_at } of operations) {
    replica.add({ headerText: header, body: body === null ? null : toUtf8(body), position, received_at });
  }
}
