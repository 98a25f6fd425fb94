/**
 * Which conflicts there are in a visit: values that stand beside each other until a person decides (rule R5, PROTOCOL.md 5).
 *
 * The office finds the same (`fieldwork/domain/conflicts.py`, `fieldwork/actions/conflicts.py`). Nothing here writes.
 */
import { OF_A_LOOK } from './looks.js';
import { isWithheld } from './pages/visits.js';
import { found, said, scopeOf } from './reading.js';
import { conflicts } from '../../sync/tablet/fold.js';

/** @typedef {import('./reading.js').RecordState} RecordState */
/** @typedef {import('./reading.js').Replica} Replica */
/** @typedef {{state: RecordState, fields: string[], evidence: RecordState | null}} Conflict  `evidence`: the record that it is read in */

/** Looks for names add up by themselves; and what a family withdrew is not put back by choosing a version. */
export const NOT_DECIDED = new Set([...OF_A_LOOK, 'quarantine']);
/** Fields in which people write as they like, so that a third version can be written as well. */
export const FREE_WORDS = new Set(['text', 'memo', 'note', 'title', 'supporter']);

/** The fields of a record that a person decides, in their order. @param {RecordState} state @returns {string[]} */
export const toDecide = (state) => conflicts(state).filter((name) => !NOT_DECIDED.has(name));

/** What stands to be decided in a visit. What consent withdrew from use is not shown here either. @param {Replica} replica @param {string} scope @returns {Conflict[]} */
export function conflictsOf(replica, scope) {
  return replica.conflicts()
    .map(({ record }) => conflictOf(replica, record))
    .filter((one) => one !== null && scopeOf(replica, one.state.record) === scope)
    .map((one) => /** @type {Conflict} */ (one));
}

/** A record with what stands to be decided on it; null when there is nothing, or nothing to be shown. @param {Replica} replica @param {string} record @returns {Conflict | null} */
export function conflictOf(replica, record) {
  const state = replica.find(record);
  if (state === null || state.withdrawn || toDecide(state).length === 0 || !scopeOf(replica, record).startsWith('visit:')) return null;
  const named = evidenceOf(replica, state);
  const readable = named.find((one) => one !== null && !isWithheld(one)) ?? null;
  return named.length > 0 && readable === null ? null : { state, fields: toDecide(state), evidence: readable };
}

/** The records of evidence that a record belongs to; null stands for one that is not here any more. @param {Replica} replica @param {RecordState} state @returns {(RecordState | null)[]} */
function evidenceOf(replica, state) {
  if (state.record_type === 'evidence') return [state];
  const activity = state.record_type === 'activity' ? state.record : said(state, 'activity');
  if (activity !== '') return replica.list('evidence').filter((one) => said(one, 'activity') === activity);
  const evidence = said(state, 'evidence');
  return evidence === '' ? [] : [found(replica, 'evidence', evidence)];
}
