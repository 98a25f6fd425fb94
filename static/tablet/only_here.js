/**
 * What is only on this tablet, said in one place: how much, since when, what needs a person, and whether the office answers.
 *
 * The counts are read from the rows themselves each time; nothing is remembered that could be wrong. No words of anybody are shown.
 */
import { chosenMinutes } from './locking.js';
import { onlyHerePage } from './pages/only_here.js';
import { isWithheld } from './pages/visits.js';
import { persisted } from './ports/persistence.js';
import { countOutbox, needsAttention, outboxRows } from '../../sync/tablet/outbox.js';
import { found, said, told } from './reading.js';
import { unlocked } from './standing.js';

/** @type {import('./router.js').Handler} */
export async function show(application) {
  const session = unlocked(application);
  const { replica } = session;
  const { storage } = application.tablet;
  const counts = await countOutbox(application.tablet);
  /** @type {Set<string>} */
  const records = new Set();
  for (const { at_office, operation } of await outboxRows(application.tablet)) {
    if (at_office) continue;
    const record = replica.recordOf(operation);
    if (record === undefined) continue;
    const state = replica.find(record);
    if (state?.record_type === 'evidence') records.add(record);
    else if (told(state, 'evidence') !== null) records.add(told(state, 'evidence'));
  }
  return {
    template: 'only_here/show.html',
    page: onlyHerePage({
      counts,
      records: records.size,
      drafts: await storage.count('drafts'),
      attention: (await needsAttention(storage)).map((one) => ({ ...one, ...aboutEntry(replica, one.operation) })),
      person: session.person,
      connection: application.flusher.connection(),
      readingWaits: application.flusher.readingWaits,
      persisted: await persisted(),
      found: application.found,
      unopened: session.unopened,
      locks_after_minutes: await chosenMinutes(storage),
    }),
  };
}

/** Where an entry of this person's can be read, and what a lead decided about it. @param {import('./reading.js').Replica} replica @param {string} operation */
function aboutEntry(replica, operation) {
  const state = replica.find(replica.recordOf(operation) ?? '');
  const id = state?.record_type === 'evidence' ? state.record : said(state, 'evidence');
  const evidence = found(replica, 'evidence', id);
  const left = replica.list('decision').find((one) => told(one, 'about') === operation && told(one, 'decision') === 'leave');
  return { evidence: evidence !== null && !isWithheld(evidence) ? evidence.record : null, left: left === undefined ? null : said(left, 'reason') };
}

/** @type {import('./router.js').Handler} */
export async function send(application) {
  await application.flusher.now();
  return { seeOther: '/tablet/only-here' };
}
