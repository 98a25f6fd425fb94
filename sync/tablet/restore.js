/**
 * Puts entries of the journal back into the database, as they were written, and waiting to be sent.
 *
 * The office may have them by now; it then answers `duplicate`, which costs nothing. A body that was redacted since does
 * not come back. Entries go in first and the streams' heads last. Twice is as once.
 */
import { sha256 } from './bytes.js';
import { headerHash } from './header.js';
import { outboxRow } from './mint.js';

/** @typedef {import('./ports.js').Change} Change */
/** @typedef {import('./ports.js').Storage} Storage */
/** @typedef {{place: string, stream: string, header: import('./header.js').Header, facts: import('./journal.js').EntryFacts, sealed: import('./ports.js').Bytes | null}} JournalEntry */

const ENTRIES_PER_COMMIT = 200;

/** @param {Storage} storage @param {JournalEntry[]} entries @param {Set<string>} redacted operations whose bodies are gone @returns {Promise<void>} */
export async function restore(storage, entries, redacted) {
  for (let at = 0; at < entries.length; at += ENTRIES_PER_COMMIT) {
    /** @type {Change[]} */
    const changes = [];
    for (const entry of entries.slice(at, at + ENTRIES_PER_COMMIT)) changes.push(...await restored(storage, entry, redacted));
    await storage.commit(changes);
  }
  /** @type {Change[]} */
  const marks = [];
  for (const operation of redacted) {
    if ((await storage.read('redacted', operation)) === undefined) marks.push({ store: 'redacted', key: operation, put: { schema: 1, by: 'journal' } });
  }
  if (marks.length > 0) await storage.commit(marks);
}

/** @param {Storage} storage @param {JournalEntry} entry @param {Set<string>} redacted @returns {Promise<Change[]>} */
async function restored(storage, { stream, header, facts, sealed }, redacted) {
  const { sequence, operation, body_hash } = header;
  const key = [stream, sequence];
  const kept = redacted.has(operation) ? null : sealed;
  /** @type {import('./stores.js').EntryRow} */
  const row = {
    schema: 1, stream, sequence, operation, header: facts.header, header_hash: await headerHash(facts.header), body_hash,
    carry: facts.carry?.id ?? '', sealed: kept, sealed_hash: kept === null ? null : await sha256(kept), minted_at: facts.minted_at,
  };
  /** @type {Change[]} */
  const changes = [
    { store: 'entries', key, put: row },
    { store: 'operations', key: operation, put: { schema: 1, stream, sequence } },
  ];
  if (facts.carry !== null && kept !== null) changes.push({ store: 'carry_keys', key: facts.carry.id, put: facts.carry });
  // A mended row keeps its standing; one that was gone waits.
  if ((await storage.read('safe', key)) === undefined) changes.push({ store: 'outbox', key, put: outboxRow(operation, facts.minted_at) });
  return changes;
}

/** The head of each stream is that of its last entry here, where the stream's own row knows less. @param {Storage} storage @returns {Promise<void>} */
export async function settleStreams(storage) {
  /** @type {Map<string, {sequence: number, header_hash: string}>} */
  const last = new Map();
  for (const { value } of await storage.range('entries')) {
    if (value.sequence > (last.get(value.stream)?.sequence ?? 0)) last.set(value.stream, value);
  }
  for (const [stream, { sequence, header_hash }] of last) {
    const row = await storage.read('streams', stream);
    if (row !== undefined && row.highest >= sequence) continue;
    // Moved means that another tab has just written a later head, which is what was wanted.
    const check = [{ store: 'streams', key: stream, equals: row === undefined ? null : { highest: row.highest, head: row.head } }];
    await storage.commit([{ store: 'streams', key: stream, put: { schema: 1, highest: sequence, head: header_hash } }], { check });
  }
}
