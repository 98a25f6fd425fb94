/**
 * The rows of the two databases: what a note is while it is only here.
 *
 * The unsent database is at version 1 for ever, with the schema inside each record, because a release that is rolled
 * back must still be able to open it. The sealed bytes and their standing lie apart: bytes are written once, standings
 * often, and a late receipt must never be able to write back words that a redaction has removed.
 *
 * A release that needs a further store, or an index, makes a database of its own for it, at version 1 for ever as well; it fills it from what
 * is here, and puts the mark that it is filled in the last commit. So nobody waits for an old tab to let go, a filling that stops half way
 * is begun again and has changed nothing here, and a release that is rolled back knows nothing of it. A row may only ever get more in it.
 */

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {'unsent' | 'held' | 'quarantined' | 'unreadable'} Standing  what is not here is safe at the office */

/**
 * `entries`, key [stream, sequence]. Written when minted; once more when its body is redacted; removed by the purge.
 * @typedef {object} EntryRow
 * @property {1} schema
 * @property {string} stream
 * @property {number} sequence
 * @property {string} operation
 * @property {string} header  the exact text
 * @property {string} header_hash
 * @property {string} body_hash
 * @property {string} carry  the carry key's id
 * @property {Bytes | null} sealed  null when the body was redacted
 * @property {string | null} sealed_hash  tells at start whether the disk changed a byte
 * @property {string} minted_at
 */

/**
 * `outbox`, key [stream, sequence]: every entry that the office has not said is safe, or that a person must look at.
 * @typedef {object} OutboxRow
 * @property {1} schema
 * @property {Standing} standing
 * @property {string} operation
 * @property {string} minted_at
 * @property {string | null} code  the office's word for why
 * @property {boolean} at_office  quarantined with both hashes equal: it is there, whole, and waits for a decision
 */

/** @typedef {{schema: 1, verdict: string, redacted: boolean, safe_at: string}} SafeRow  `safe`, key [stream, sequence] */
/** @typedef {{schema: 1, highest: number, head: string}} StreamRow  `streams`, key stream; written by minting alone */
/** @typedef {{schema: 1, stream: string, sequence: number}} OperationRow  `operations`, key operation id */
/** @typedef {{schema: 1, by: string}} RedactedRow  `redacted`, key operation id: its body is dropped on sight */

/** The stores of the unsent database. `marks` holds one row for each fact about the tablet as a whole. */
export const UNSENT_STORES = Object.freeze([
  'entries', 'outbox', 'safe', 'operations', 'streams', 'carry_keys', 'redacted', 'drafts', 'marks',
]);

/** The stores of a person's pulled database. */
export const PULLED_STORES = Object.freeze(['segments', 'tail', 'cursors', 'redacted']);

/** All keys that begin with `prefix`. @param {(string | number)[]} prefix @returns {import('./ports.js').Range} */
export const under = (prefix) => ({ from: prefix, to: [...prefix, []] });
