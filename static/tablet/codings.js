/**
 * Giving words a code, by hand, one passage at a time: a whole block, sentences of it, or what was selected.
 *
 * A coding points into one revision of a block by code points, with its quote and what stands around it. The same code on the same words
 * by the same person is one coding, however often it is asked for. Codes are never guessed and never asked for on site (rule R28).
 */
import { codingPage, draftPage } from './pages/codings.js';
import { anchorOf, firstVersion, versionsOf } from './pages/blocks.js';
import { gather } from './evidence.js';
import { uuid7 } from './identifiers.js';
import { problemPage } from './problems.js';
import { found, ordered, said, scopeOf, told, under } from './reading.js';
import { unlocked } from './standing.js';
import { lengthCp, NotThere, passage, sentences } from './text.js';

const RECENT = 5;
const VALENCES = new Set(['neutral', 'strength', 'weakness', 'mixed']);

/** @type {import('./router.js').Handler} */
export async function draft(application, { params, query }) {
  await application.writings.closeAll();
  return shown(application, params.block, placeFrom(query), { search: query.get('search') ?? '', given: '', status: 200, chosen: choicesFrom(query) });
}

/** @type {import('./router.js').Handler} */
export async function create(application, { params, form }) {
  const { replica, person } = unlocked(application);
  const block = found(replica, 'block', params.block);
  const code = ordered(replica, 'code').find((one) => said(one, 'ref') === form.get('code'));
  if (block === null || code === undefined) return problemPage(application, 404);
  const asked = placeFrom(form);
  const place = placeIn(replica, block, asked);
  const chosen = choicesFrom(form);
  if (place === null) return shown(application, params.block, asked, { search: '', given: '', status: 422, chosen });
  const { words, revision } = place;
  const same = (/** @type {import('./reading.js').RecordState} */ coding) => told(coding, 'code') === said(code, 'ref') && told(coding, 'coder') === person
    && told(coding, 'revision') === revision && told(coding, 'start_cp') === words.start_cp && told(coding, 'end_cp') === words.end_cp;
  const key = `coding ${block.record} ${revision} ${words.start_cp} ${words.end_cp} ${said(code, 'ref')}`;
  await application.once(key, async () => {
    if (under(replica, 'coding', 'block', block.record).some(same)) return;
    await application.write([{
      operation: uuid7(), record: uuid7(), person, scope: scopeOf(replica, block.record), lane: 'evidence', record_type: 'coding', kind: 'create', base: [],
      fields: {
        evidence: said(block, 'evidence'), block: block.record, revision, ...words,
        code: said(code, 'ref'), codebook_version: told(replica.find(said(code, 'codebook')), 'version') ?? told(replica.list('codebook')[0] ?? null, 'version'),
        valence: chosen.valence, ...(chosen.agency === '' ? {} : { agency: chosen.agency }), ...(chosen.memo === '' ? {} : { memo: chosen.memo }),
        coder: person, coded_at: application.tablet.clock.now(),
      },
    }]);
  });
  const given = `${said(code, 'ref')} ${said(code, 'label')}`;
  return shown(application, params.block, { ...asked, ...numbersOf(words), revision }, { search: '', given, status: 200, chosen: { ...chosen, memo: '' } });
}

/** @type {import('./router.js').Handler} */
export async function show(application, { params }) {
  const { replica } = unlocked(application);
  const coding = found(replica, 'coding', params.coding);
  const block = coding === null ? null : found(replica, 'block', said(coding, 'block'));
  const gathered = block === null ? null : gather(application, said(block, 'evidence'));
  if (coding === null || block === null || gathered === null) return problemPage(application, 404);
  const code = ordered(replica, 'code').find((one) => said(one, 'ref') === said(coding, 'code')) ?? null;
  const at = anchorOf(coding, firstVersion(replica, block));
  return { template: 'codings/show.html', page: codingPage({ ...gathered, coding, block, code, at }) };
}

/** Taken back, with its history kept. Twice is as once. @type {import('./router.js').Handler} */
export async function withdraw(application, { params }) {
  const { replica, person } = unlocked(application);
  const coding = replica.find(params.coding);
  if (coding === null || coding.record_type !== 'coding') return problemPage(application, 404);
  await application.once(`withdraw ${coding.record}`, async () => {
    if (replica.find(coding.record)?.withdrawn) return;
    await application.write([{
      operation: uuid7(), record: coding.record, person, scope: scopeOf(replica, coding.record), lane: 'evidence', record_type: 'coding',
      kind: 'withdraw', base: coding.heads,
    }]);
  });
  return { seeOther: `/tablet/evidence/${said(coding, 'evidence')}#block-${said(coding, 'block')}` };
}

/** @typedef {{start: number | null, end: number | null, sentences: number[], revision: string}} Asked */

/** @param {URLSearchParams | FormData} values @returns {Asked} */
function placeFrom(values) {
  const number = (/** @type {FormDataEntryValue | null} */ text) => (/^\d{1,9}$/.test(String(text)) ? Number(text) : null);
  return {
    start: number(values.get('start')), end: number(values.get('end')), revision: String(values.get('revision') ?? ''),
    sentences: values.getAll('sentence').map(number).filter((one) => one !== null),
  };
}

/** @param {URLSearchParams | FormData} values */
const choicesFrom = (values) => ({
  valence: VALENCES.has(String(values.get('valence'))) ? String(values.get('valence')) : 'neutral',
  agency: String(values.get('agency') ?? ''), memo: String(values.get('memo') ?? '').replaceAll('\r\n', '\n'),
});

/** @param {import('./text.js').Passage} words */
const numbersOf = ({ start_cp, end_cp }) => ({ start: start_cp, end: end_cp, sentences: [] });

/**
 * The passage that is meant, in the version of the words that was shown; null when those words are not there any more.
 * @param {import('./reading.js').Replica} replica @param {import('./reading.js').RecordState} block @param {Asked} asked
 */
function placeIn(replica, block, { start, end, sentences: ticked, revision }) {
  const versions = versionsOf(replica, block);
  const version = revision === '' ? versions[0] : versions.find(({ operation }) => operation === revision);
  if (version === undefined) return null;
  const cut = sentences(version.text).filter((_, index) => ticked.includes(index));
  const from = cut.length > 0 ? cut[0].start_cp : start ?? 0;
  const to = cut.length > 0 ? cut[cut.length - 1].end_cp : end ?? lengthCp(version.text);
  try {
    return { words: passage(version.text, from, to), revision: version.operation, text: version.text };
  } catch (problem) {
    if (problem instanceof NotThere) return null;
    throw problem;
  }
}

/**
 * @param {import('./application.js').Application} application @param {string} blockId @param {Asked} asked
 * @param {{search: string, given: string, status: number, chosen: {valence: string, agency: string, memo: string}}} how
 */
async function shown(application, blockId, asked, { search, given, status, chosen }) {
  const { replica, person } = unlocked(application);
  const block = found(replica, 'block', blockId);
  const gathered = block === null ? null : gather(application, said(block, 'evidence'));
  if (block === null || gathered === null || versionsOf(replica, block).length === 0) return problemPage(application, 404);
  const place = placeIn(replica, block, asked);
  const now = place ?? placeIn(replica, block, { start: null, end: null, sentences: [], revision: '' });
  if (now === null) return problemPage(application, 404);
  const codings = gathered.codings.filter((coding) => told(coding, 'block') === blockId);
  return {
    status: place === null ? 422 : status,
    template: 'codings/draft.html',
    page: draftPage({ ...gathered, block, place: now, moved: place === null, codebook: ordered(replica, 'code').filter((code) => told(code, 'active') !== false), codings, recent: recentCodes(replica, person), search, given, chosen }),
  };
}

/** The codes that this person used last. @param {import('./reading.js').Replica} replica @param {string} person @returns {string[]} */
function recentCodes(replica, person) {
  const mine = replica.list('coding').filter((coding) => told(coding, 'coder') === person);
  mine.sort((a, b) => (said(a, 'coded_at') < said(b, 'coded_at') ? 1 : -1));
  return [...new Set(mine.map((coding) => said(coding, 'code')))].slice(0, RECENT);
}
