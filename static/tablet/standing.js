/**
 * Where each evidence record is: only here, at the office, seen by the lead, or waiting for a person (rule R3).
 *
 * A record is what was written in it: its header, its blocks, its codings and its activity. As long as one of these waits, the record is
 * "On this tablet"; "Safe at the office" is never said of a part.
 */
import { told } from './reading.js';
import { STATES } from './states.js';
import { needsPerson, outboxRows } from '../../sync/tablet/outbox.js';

/** @typedef {import('./states.js').State} State */

/**
 * @param {import('./application.js').Application} application @returns {Promise<(evidence: string) => State>}
 */
export async function standings(application) {
  const { replica } = unlocked(application);
  /** @type {Set<string>} */
  const waiting = new Set();
  /** @type {Set<string>} */
  const attention = new Set();
  for (const row of await outboxRows(application.tablet)) {
    const record = replica.recordOf(row.operation);
    if (record === undefined) continue;
    if (!row.at_office) waiting.add(record);
    if (needsPerson(row)) attention.add(record);
  }
  const families = familiesOf(replica);
  const isSeen = seenBy(replica);
  return (evidence) => {
    const family = families.get(evidence) ?? [evidence];
    if (family.some((record) => attention.has(record))) return STATES.attention;
    if (family.some((record) => waiting.has(record))) return STATES.here;
    return isSeen(evidence) ? STATES.seen : STATES.safe;
  };
}

/** @param {import('./application.js').Application} application */
export function unlocked(application) {
  if (application.session === null) throw new Error('this page is for an unlocked tablet');
  return application.session;
}

/** Every evidence record with its activity, blocks and codings, gathered in one go. @param {import('./reading.js').Replica} replica */
function familiesOf(replica) {
  /** @type {Map<string, string[]>} */
  const families = new Map();
  for (const state of replica.list('evidence', { withdrawn: true })) {
    const activity = told(state, 'activity');
    families.set(state.record, [state.record, ...(typeof activity === 'string' ? [activity] : [])]);
  }
  for (const type of ['block', 'coding']) {
    for (const state of replica.list(type, { withdrawn: true })) families.get(told(state, 'evidence'))?.push(state.record);
  }
  return families;
}

/** Of which records the lead has seen all that stands in them now: every head of the record and of its blocks. @param {import('./reading.js').Replica} replica */
function seenBy(replica) {
  /** @type {Map<string, Set<string>>} */
  const seen = new Map();
  for (const mark of replica.list('seen')) {
    const heads = seen.get(told(mark, 'evidence')) ?? new Set();
    for (const head of told(mark, 'heads') ?? []) heads.add(head);
    seen.set(told(mark, 'evidence'), heads);
  }
  /** @type {Set<string>} */
  const changed = new Set();
  for (const state of [...replica.list('evidence'), ...replica.list('block')]) {
    const evidence = state.record_type === 'block' ? told(state, 'evidence') : state.record;
    if (!state.heads.every((head) => seen.get(evidence)?.has(head))) changed.add(evidence);
  }
  return (/** @type {string} */ evidence) => seen.has(evidence) && !changed.has(evidence);
}
