/**
 * The author's look through a record for names, before anybody beyond the visit's team may read it (design 7, rule R12).
 *
 * It never delays sending: an unscreened record goes to the office like any other, and stays its team's alone there. Looking again is
 * harmless and is kept as another look.
 */
import { uuid7 } from './identifiers.js';
import { problemPage } from './problems.js';
import { found, scopeOf, told } from './reading.js';
import { unlocked } from './standing.js';

/** @type {import('./router.js').Handler} */
export async function screen(application, { params }) {
  const { replica, person } = unlocked(application);
  const evidence = found(replica, 'evidence', params.evidence);
  if (evidence === null || authorOf(replica, evidence.record) !== person) return problemPage(application, 404);
  await application.once(`screened ${evidence.record} ${evidence.heads.join(' ')}`, async () => {
    await application.write([{
      operation: uuid7(), record: evidence.record, person, scope: scopeOf(replica, evidence.record), lane: 'evidence',
      record_type: 'evidence', kind: 'revise', base: evidence.heads, fields: { screened_at: application.tablet.clock.now() },
    }]);
  });
  return { seeOther: `/tablet/evidence/${evidence.record}` };
}

/** What the page says about it: who may look, and whether it has been done. @param {import('./reading.js').Replica} replica @param {string} record @param {string} person */
export function screeningOf(replica, record, person) {
  const done = told(replica.find(record), 'screened_at') !== null;
  const mine = authorOf(replica, record) === person;
  return { action: mine && !done ? `/tablet/evidence/${record}/screened` : '', done: mine && done };
}

/** @param {import('./reading.js').Replica} replica @param {string} record @returns {string | null} */
const authorOf = (replica, record) => replica.history(record)[0]?.header.person ?? null;
