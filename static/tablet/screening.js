/**
 * The author's look through a record for names, before anybody beyond the visit's team may read it (design 7, rule R12).
 *
 * It never delays sending: an unscreened record goes to the office like any other, and stays its team's alone there. A look speaks for the
 * words that were on the page and names them; words that are written or come later ask for another. The office counts in the same way
 * (`fieldwork/domain/screening.py`).
 */
import { uuid7 } from './identifiers.js';
import { problemPage } from './problems.js';
import { found, scopeOf, told, under, voices } from './reading.js';
import { unlocked } from './standing.js';

/** @typedef {import('./reading.js').Replica} Replica */
/** @typedef {import('./reading.js').RecordState} RecordState */

/** @type {import('./router.js').Handler} */
export async function screen(application, { params, form }) {
  const { replica, person } = unlocked(application);
  const evidence = found(replica, 'evidence', params.evidence);
  if (evidence === null || !mayLook(replica, evidence.record, person)) return problemPage(application, 404);
  const onThePage = new Set(String(form.get('shown') ?? '').split(' '));
  // What came while the page was open was not on it, and is not looked through.
  const lookedThrough = wordsIn(replica, evidence.record).filter((operation) => onThePage.has(operation));
  await application.once(`screened ${evidence.record} ${evidence.heads.join(' ')}`, async () => {
    await application.write([{
      operation: uuid7(), record: evidence.record, person, scope: scopeOf(replica, evidence.record), lane: 'evidence',
      record_type: 'evidence', kind: 'revise', base: evidence.heads,
      fields: { screened_at: application.tablet.clock.now(), looked_through: lookedThrough },
    }]);
  });
  return { seeOther: `/tablet/evidence/${evidence.record}` };
}

/**
 * What the page says about it: who may look, whether it has been done, and whether words came since.
 * @param {Replica} replica @param {string} record @param {string} person
 * @returns {{action: string, done: boolean, again: boolean, shown: string}} `shown`: the operations whose words are on the page
 */
export function screeningOf(replica, record, person) {
  const evidence = replica.find(record);
  const words = wordsIn(replica, record);
  const looked = evidence !== null && voices(evidence, 'screened_at').some(({ value }) => typeof value === 'string');
  const brought = evidence !== null && [...evidence.fields.values()].flat().some(({ operation }) => isFromPack(operation));
  const named = evidence === null ? [] : voices(evidence, 'looked_through').flatMap(({ value }) => (Array.isArray(value) ? value : []));
  const done = words.length === 0 ? looked || brought : looked && words.every((operation) => named.includes(operation));
  const mine = mayLook(replica, record, person);
  return {
    action: mine && !done ? `/tablet/evidence/${record}/screened` : '', done: mine && done && looked,
    again: looked || brought, shown: words.join(' '),
  };
}

/** The operations whose words stand in the record, those of a pack apart: they were looked through before they came. @param {Replica} replica @param {string} record @returns {string[]} */
function wordsIn(replica, record) {
  const standing = under(replica, 'block', 'evidence', record).flatMap((block) => [...block.fields.values()].flat());
  return [...new Set(standing.filter(({ value, operation }) => value !== null && !isFromPack(operation)).map(({ operation }) => operation))].sort();
}

/** Only there an id is of version 5 (PROTOCOL.md 1.1). @param {string} operation */
const isFromPack = (operation) => operation[14] === '5';

/** Its author, and where it came with a pack and has none, anybody of the team. @param {Replica} replica @param {string} record @param {string} person */
const mayLook = (replica, record, person) => [person, null].includes(replica.history(record)[0]?.header.person ?? null);
