/**
 * Makes operations out of what a person did: numbers them, chains them, seals them. Step 3 of the life of a note.
 *
 * Nothing is stored here. The result is a list of rows that one commit writes, with the checks under which they may be
 * written; when a check fails the whole step is repeated under the same operation ids. Source: PROTOCOL.md 1 and 7.
 */
import { sha256, toUtf8 } from './bytes.js';
import { writeBody } from './body.js';
import { FORMAT, headerHash, streamOf, writeHeader } from './header.js';
import { seal } from './seal.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {import('./ports.js').Change} Change */
/** @typedef {import('./carry.js').CarryRow} CarryRow */
/** @typedef {import('./stores.js').EntryRow} EntryRow */
/** @typedef {{highest: number, head: string | null}} StreamHead */

/**
 * What a person did to one record. `operation` is minted when the form opens and stays the same however often it is sent.
 * @typedef {object} Intention
 * @property {string} operation
 * @property {string} person
 * @property {string} scope
 * @property {import('./ports.js').Lane} lane
 * @property {string} record_type
 * @property {string} record
 * @property {import('./ports.js').Kind} kind
 * @property {string[]} [base]  the heads that the form showed
 * @property {Record<string, unknown>} [fields]
 * @property {string[]} [redacts]
 * @property {string} [reason]
 */

/** @typedef {{intention: Intention, body: Bytes, body_hash: string}} Prepared */
/** @typedef {{row: EntryRow, carry: CarryRow | null}} Minted  the carry key is missing only for an entry whose words are gone */

/** The body is written and hashed once, so that repeating the step keeps its salt. @param {Intention} intention @param {import('./ports.js').Random} random @returns {Promise<Prepared>} */
export async function prepare(intention, random) {
  const body = writeBody(intention.fields ?? {}, random.bytes(16), intention.kind);
  return { intention, body, body_hash: await sha256(body) };
}

/**
 * @param {Prepared[]} prepared in the order they happened
 * @param {{incarnation: string, heads: Map<string, StreamHead>, carry: import('./heads.js').WritingKeys, random: import('./ports.js').Random, device_at: string}} now
 * `heads` holds each stream's head as read, and is moved on
 * @returns {Promise<Minted[]>}
 */
export async function mint(prepared, { incarnation, heads, carry, random, device_at }) {
  /** @type {Minted[]} */
  const minted = [];
  for (const { intention, body, body_hash } of prepared) {
    const { person, scope, lane } = intention;
    const stream = streamOf({ incarnation, person, scope, lane });
    const { highest, head } = heads.get(stream) ?? { highest: 0, head: null };
    const { key, row: carryRow } = await carry.forWriting(person, lane);
    const header = writeHeader({
      format: FORMAT,
      operation: intention.operation,
      incarnation, person, scope, lane,
      sequence: highest + 1,
      previous: head,
      record_type: intention.record_type,
      record: intention.record,
      kind: intention.kind,
      base: intention.base ?? [],
      body_hash,
      body_bytes: body.length,
      device_at,
      ...(intention.kind === 'redact' ? { redacts: intention.redacts, reason: intention.reason } : {}),
    });
    const [header_hash, sealed] = await Promise.all([headerHash(header), seal(key, random.bytes(12), toUtf8(header), body)]);
    heads.set(stream, { highest: highest + 1, head: header_hash });
    minted.push({
      carry: carryRow,
      row: {
        schema: 1, stream, sequence: highest + 1, operation: intention.operation, header, header_hash, body_hash,
        carry: carryRow.id, sealed, sealed_hash: await sha256(sealed), minted_at: device_at,
      },
    });
  }
  return minted;
}

/** The rows that enter minted entries, all in one commit. @param {Minted[]} minted @returns {Change[]} */
export function entryChanges(minted) {
  /** @type {Map<string, Change>} */
  const streams = new Map();
  /** @type {Map<string, Change>} */
  const carryKeys = new Map();
  /** @type {Change[]} */
  const changes = [];
  for (const { row, carry } of minted) {
    const { stream, sequence, operation, minted_at } = row;
    const key = [stream, sequence];
    changes.push(
      { store: 'entries', key, put: row },
      { store: 'operations', key: operation, put: { schema: 1, stream, sequence } },
      { store: 'outbox', key, put: outboxRow(operation, minted_at) },
    );
    if (carry !== null) carryKeys.set(carry.id, { store: 'carry_keys', key: carry.id, put: carry });
    streams.set(stream, { store: 'streams', key: stream, put: { schema: 1, highest: sequence, head: row.header_hash } });
  }
  return [...changes, ...carryKeys.values(), ...streams.values()];
}

/** @param {string} operation @param {string} minted_at @returns {import('./stores.js').OutboxRow} */
export const outboxRow = (operation, minted_at) => ({
  schema: 1, standing: 'unsent', operation, minted_at, code: null, at_office: false,
});

/** @param {Minted} minted @returns {import('./journal.js').Frame} */
export const entryFrame = ({ row, carry }) => ({
  facts: { kind: 'entry', header: row.header, minted_at: row.minted_at, carry, redacted: row.sealed === null },
  sealed: row.sealed ?? new Uint8Array(0),
});
