/**
 * Where each evidence record is: only here, at the office, seen by the lead, or waiting for a person (rule R3).
 *
 * A record is what was written in it: its header, its blocks, its codings and its activity. As long as one of these waits, the record is
 * "On this tablet"; "Safe at the office" is never said of a part.
 */
import { found, told, under } from './reading.js';
import { STATES } from './states.js';

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
  for (const { value } of await application.tablet.storage.range('outbox')) {
    const record = replica.recordOf(value.operation);
    if (record === undefined) continue;
    if (!value.at_office) waiting.add(record);
    if (needsLook(value)) attention.add(record);
  }
  return (evidence) => {
    const family = familyOf(replica, evidence);
    if (family.some((record) => attention.has(record))) return STATES.attention;
    if (family.some((record) => waiting.has(record))) return STATES.here;
    return isSeen(replica, evidence) ? STATES.seen : STATES.safe;
  };
}

/** @param {import('./application.js').Application} application */
export function unlocked(application) {
  if (application.session === null) throw new Error('this page is for an unlocked tablet');
  return application.session;
}

/** @param {import('../../sync/tablet/stores.js').OutboxRow} row */
const needsLook = ({ standing, code }) => standing !== 'unsent' && (standing !== 'held' || code === 'hash_differs');

/** @param {import('./reading.js').Replica} replica @param {string} evidence @returns {string[]} */
function familyOf(replica, evidence) {
  const family = [evidence];
  const activity = told(replica.find(evidence), 'activity');
  if (typeof activity === 'string') family.push(activity);
  for (const type of ['block', 'coding']) {
    for (const state of replica.list(type, { withdrawn: true })) if (told(state, 'evidence') === evidence) family.push(state.record);
  }
  return family;
}

/** The lead has seen the record as it is now: every head of it and of its blocks. @param {import('./reading.js').Replica} replica @param {string} evidence */
function isSeen(replica, evidence) {
  const seen = new Set(under(replica, 'seen', 'evidence', evidence).flatMap((mark) => told(mark, 'heads') ?? []));
  if (seen.size === 0) return false;
  const states = [found(replica, 'evidence', evidence), ...under(replica, 'block', 'evidence', evidence)];
  return states.every((state) => state !== null && state.heads.every((head) => seen.has(head)));
}
