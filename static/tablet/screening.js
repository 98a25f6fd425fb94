/**
 * The look through a record for names, before anybody beyond the visit's team may read it (design 7, rule R12).
 *
 * It never delays sending: an unscreened record goes to the office like any other, and stays its team's alone there. Whoever of the team is
 * here may look: its author may have left the visit when a colleague's words come. A look names what was on the page (`looks.js`); files
 * cannot be opened on a tablet, so they are looked through at the office.
 */
import { uuid7 } from './identifiers.js';
import { inWords, keptWords } from './kept_words.js';
import { cover, entriesOf, looksIn, mayCount, newlyNamed, readOnThePage, speakFor, toLookThrough, wordsNamed } from './looks.js';
import { problemPage } from './problems.js';
import { found, ordered, said, scopeOf, told, under, voices } from './reading.js';
import { unlocked } from './standing.js';
import { counted } from './states.js';
import { shown } from './text.js';

/** @typedef {import('./reading.js').Replica} Replica */
/** @typedef {import('./reading.js').RecordState} RecordState */

/** @type {import('./router.js').Handler} */
export async function screen(application, { params, form }) {
  const { replica, person } = unlocked(application);
  const evidence = found(replica, 'evidence', params.evidence);
  if (evidence === null) return problemPage(application, 404);
  // What came while the page was open was not on it, and is not looked through.
  const onThePage = wordsNamed(String(form.get('shown') ?? '').split(' '));
  const named = newlyNamed(toLookThrough(belongingTo(replica, evidence)), looksIn(evidence), onThePage, []);
  await application.once(`screened ${evidence.record} ${evidence.heads.join(' ')}`, async () => {
    await application.write([{
      operation: uuid7(), record: evidence.record, person, scope: scopeOf(replica, evidence.record), lane: 'evidence',
      record_type: 'evidence', kind: 'revise', base: evidence.heads,
      fields: { screened_at: application.tablet.clock.now(), looked_through: entriesOf(named) },
    }]);
  });
  return { seeOther: `/tablet/evidence/${evidence.record}` };
}

/**
 * What the page says about it, as `evidence/_names.html` prints it: whether something is left to look through, and what is kept with the
 * record that the page does not show elsewhere.
 * @param {Replica} replica @param {string} record
 */
export function namesOf(replica, record) {
  const evidence = found(replica, 'evidence', record);
  if (evidence === null) return { action: '', done: false, files_elsewhere: '' };
  const belonging = belongingTo(replica, evidence);
  const looks = looksIn(evidence);
  const standing = toLookThrough(belonging);
  const waits = !cover(looks, standing.words);
  const closed = [...standing.files.values()].filter((words) => !speakFor(looks, words)).length;
  const files = closed === 0 ? '' : `${counted(closed, 'file', 'files')} can be opened and checked for names at the office only.`;
  if (!waits && speakFor(looks, readOnThePage(standing))) return { action: '', done: looks.operations.length > 0, files_elsewhere: files };
  return {
    action: `/tablet/evidence/${record}/screened`, done: false, operation: '', shown: entriesOf(readOnThePage(standing)).join(' '),
    record_waits: waits, again: mayCount(looks), kept: keptWith(replica, belonging), files: [], files_elsewhere: files,
  };
}

/** The records that belong to a record of evidence. What names it from another visit does not. @param {Replica} replica @param {RecordState} evidence */
function belongingTo(replica, evidence) {
  const scope = scopeOf(replica, evidence.record);
  const here = (/** @type {RecordState} */ { record }) => scopeOf(replica, record) === scope;
  const named = replica.find(said(evidence, 'activity'));
  const activity = named !== null && named.record_type === 'activity' && here(named) ? named : null;
  const blocks = under(replica, 'block', 'evidence', evidence.record).filter(here);
  const isCoded = new Set(blocks.map(({ record }) => record));
  return {
    evidence, activity, blocks,
    consents: activity === null ? [] : under(replica, 'consent', 'activity', activity.record).filter(here),
    codings: replica.list('coding').filter((coding) => isCoded.has(told(coding, 'block')) && here(coding)),
    files: under(replica, 'file', 'evidence', evidence.record).filter(here),
  };
}

/** @param {Replica} replica @param {ReturnType<typeof belongingTo>} belonging @returns {{key: string, value: string}[]} */
function keptWith(replica, { evidence, activity, consents, blocks, codings }) {
  const refs = (/** @type {string} */ type) => ordered(replica, type).map((one) => said(one, 'ref'));
  const kept = keptWords([evidence, ...activity === null ? [] : [activity], ...consents], blocks, refs('activity_type'), refs('participant_role'));
  const notes = codings.flatMap((coding) => voices(coding, 'memo').filter(({ value }) => value !== null)
    .map(({ value }) => /** @type {[string, string]} */ ([`note on code ${said(coding, 'code')}`.trim(), inWords(value)])));
  return [...kept, ...notes].map(([what, words]) => ({ key: what.charAt(0).toUpperCase() + what.slice(1), value: shown(words) }));
}
