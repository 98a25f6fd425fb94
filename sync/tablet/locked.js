/**
 * Locked means cannot read, never cannot write: an append-only box whose words join the record at unlock.
 *
 * While an interview is open its *place* (ids, no words) is noted in the clear, so that the box works after a lock and
 * after a reload without unlock. Each passage becomes a record of its own, sealed to public keys; at unlock it is joined
 * to the open record and withdrawn in one commit, under operation ids that were drawn when it was written, so joining
 * twice, or from two tabs, joins once. Source: design.md 3, "Locked means".
 */
import { save } from './save.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {import('./fold.js').RecordState} RecordState */
/** @typedef {{person: string, scope: string, lane: import('./ports.js').Lane, record_type: string, record: string}} OpenPlace */
/** @typedef {{text: string, mark?: string | null}} Passage  `mark` is the caller's (yellow, red); null for none */
/** @typedef {{locked_record: string, text: string, mark: string | null, written_at: string}} LockedPassage */

export const LOCKED_WORDS = 'locked_words';

/** The interview that is open, before a lock can come. `null` when it is closed. @param {Tablet} tablet @param {OpenPlace | null} place */
export async function notePlace({ storage }, place) {
  await storage.commit([place === null ? { store: 'marks', remove: 'open_place' } : { store: 'marks', key: 'open_place', put: place }]);
}

/** @param {Tablet} tablet @returns {Promise<OpenPlace | undefined>} */
export const openPlace = ({ storage }) => storage.read('marks', 'open_place');

/**
 * Append words while locked. Says truthfully how often they are kept, as `save` does.
 * @param {Tablet} tablet @param {{operation: string, record: string, joins: string, withdraws: string}} ids drawn when the box was opened
 * @param {OpenPlace} place @param {Passage} passage
 */
export async function writeLocked(tablet, { operation, record, joins, withdraws }, place, { text, mark = null }) {
  return save(tablet, [{
    operation, record, person: place.person, scope: place.scope, lane: place.lane, record_type: LOCKED_WORDS, kind: 'create',
    fields: { text, mark, joins_record: place.record, joins_operation: joins, withdraws_operation: withdraws, written_at: tablet.clock.now() },
  }]);
}

/**
 * At unlock: every passage becomes a `revise` of the record it belongs to. Passages that are left (their record has not
 * been pulled yet, or the save failed) stay readable as records of their own and are joined next time.
 * @param {Tablet} tablet @param {import('./replica.js').Replica} replica @param {import('./keys.js').PersonKeys} keys
 * @param {(passage: LockedPassage, state: RecordState) => Record<string, unknown>} fieldsFor how the record takes the words
 * @returns {Promise<{joined: number, left: number, operations: string[]}>} the caller adds the operations to the replica
 */
export async function joinLockedWords(tablet, replica, keys, fieldsFor) {
  const result = { joined: 0, left: 0, operations: /** @type {string[]} */ ([]) };
  for (const words of replica.list(LOCKED_WORDS)) {
    const told = (/** @type {string} */ name) => words.fields.get(name)?.[0].value;
    const header = replica.history(words.record)[0].header;
    if (header.person !== keys.person) continue;
    const state = replica.find(String(told('joins_record')));
    const text = told('text');
    if (state === null || typeof text !== 'string') {
      result.left += 1;
      continue;
    }
    const { scope, lane } = header;
    const passage = { locked_record: words.record, text, mark: /** @type {string | null} */ (told('mark') ?? null), written_at: String(told('written_at')) };
    const saved = await save(tablet, [
      {
        operation: String(told('joins_operation')), person: keys.person, scope, lane, record_type: state.record_type, record: state.record,
        kind: 'revise', base: state.heads, fields: fieldsFor(passage, state),
      },
      {
        operation: String(told('withdraws_operation')), person: keys.person, scope, lane, record_type: LOCKED_WORDS, record: words.record,
        kind: 'withdraw', base: words.heads,
      },
    ]);
    const done = saved.saved !== 'no' || saved.problem === 'same_operation_other_words';
    result[done ? 'joined' : 'left'] += 1;
    result.operations.push(...saved.operations.map(({ operation }) => operation));
  }
  return result;
}
