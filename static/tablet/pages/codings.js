/** Choosing a code for a passage, and one coding as it stands. Definitions are shown with every code; nothing is preselected. */
import { codedWords, STANDING_WORDS } from './blocks.js';
import { areaWords } from './visits.js';
import { momentWords } from './dates.js';
import { AGENCIES, VALENCES, wordFor } from './words.js';
import { folded } from '../folding.js';
import { said, saidAll, told } from '../reading.js';
import { counted } from '../states.js';
import { sentences } from '../text.js';

/** @typedef {import('../reading.js').RecordState} RecordState */
/**
 * @typedef {object} DraftShown
 * @property {import('../reading.js').Replica} replica @property {RecordState} block @property {RecordState} evidence @property {RecordState | null} visit
 * @property {{words: import('../text.js').Passage, revision: string, text: string}} place @property {boolean} moved the words that were chosen are not there any more
 * @property {RecordState[]} codebook @property {RecordState[]} codings @property {string[]} recent refs @property {Map<string, string>} codes
 * @property {string} search @property {string} given @property {{valence: string, agency: string, memo: string}} chosen
 */

/** @param {DraftShown} shown */
export function draftPage(shown) {
  const { block, evidence, visit, place, moved, search, given, chosen } = shown;
  const { words, revision, text } = place;
  return {
    title: 'Give a code',
    place: visit === null ? '' : areaWords(visit),
    problems: moved ? [{ href: '#words', words: 'The words have changed since you chose them. Choose again' }] : [],
    notices: given === '' ? [] : [{ kind: 'news', lead: `${given}.`, words: 'Given to these words. You can give another.' }],
    back_href: `/tablet/evidence/${evidence.record}#block-${block.record}`,
    action: `/tablet/blocks/${block.record}/codings`,
    search_action: `/tablet/blocks/${block.record}/code`,
    start: String(words.start_cp), end: String(words.end_cp), revision,
    before: words.start_cp === 0 ? '' : cut(text, 0, words.start_cp), quote: words.quote, after: cut(text, words.end_cp, [...text].length),
    sentences: sentenceChoices(text, words),
    already: alreadyGiven(shown),
    valences: Object.entries(VALENCES).map(([value, label]) => ({ value, words: label, chosen: chosen.valence === value })),
    agencies: [{ value: '', words: 'Not said', chosen: chosen.agency === '' }, ...Object.entries(AGENCIES).map(([value, label]) => ({ value, words: label.charAt(0).toUpperCase() + label.slice(1), chosen: chosen.agency === value }))],
    memo: chosen.memo,
    search,
    ...found(shown),
  };
}

/** @param {string} text @param {number} from @param {number} to */
const cut = (text, from, to) => [...text].slice(from, to).join('');

/** @param {string} text @param {import('../text.js').Passage} words */
function sentenceChoices(text, { start_cp, end_cp }) {
  const all = sentences(text);
  return all.length < 2 ? [] : all.map((one, index) => ({
    value: String(index), words: one.words, chosen: one.start_cp >= start_cp && one.end_cp <= end_cp,
  }));
}

/** @param {DraftShown} shown */
function alreadyGiven({ replica, codings, codes, place }) {
  const { start_cp, end_cp } = place.words;
  return codings.filter((coding) => told(coding, 'revision') === place.revision && told(coding, 'start_cp') === start_cp && told(coding, 'end_cp') === end_cp)
    .map((coding) => ({
      ref: said(coding, 'code'), label: codes.get(said(coding, 'code')) ?? '', by: codedWords(replica, coding), href: `/tablet/codings/${coding.record}`,
    }));
}

/** The codes to choose from: what was searched for, or the ones used last and those of the block's question, then all. @param {DraftShown} shown */
function found({ codebook, recent, block, search }) {
  const wanted = folded(search).split(/\s+/).filter((word) => word !== '');
  if (wanted.length > 0) {
    const hits = codebook.map((code) => ({ code, rank: rankOf(code, wanted) })).filter(({ rank }) => rank > 0).sort((a, b) => b.rank - a.rank);
    return {
      found: hits.length === 0 ? 'No code has these words' : `${counted(hits.length, 'code has', 'codes have')} these words`,
      groups: [{ title: '', list: hits.map(({ code }) => codeShape(code)) }], rest: [], rest_title: '',
    };
  }
  const last = recent.map((ref) => codebook.find((code) => said(code, 'ref') === ref)).filter((code) => code !== undefined);
  const question = said(block, 'question');
  const near = question === '' ? [] : codebook.filter((code) => (saidAll(code, 'subquestions').includes(question)) && !last.includes(code));
  const rest = codebook.filter((code) => !last.includes(code) && !near.includes(code));
  const groups = [
    { title: `For question ${question}`, list: near.map(codeShape) },
    { title: 'Used last', list: last.map(codeShape) },
  ].filter(({ list }) => list.length > 0);
  const none = groups.length === 0;
  return {
    found: '',
    groups: none ? [{ title: 'All codes', list: rest.map(codeShape) }] : groups,
    rest: none ? [] : rest.map(codeShape),
    rest_title: `All other codes (${rest.length})`,
  };
}

/** Every word must be in the code. What was typed as it stands in the name weighs most, then a word that begins one in the name. @param {RecordState} code @param {string[]} wanted */
function rankOf(code, wanted) {
  const name = folded(`${said(code, 'ref')} ${said(code, 'label')}`);
  const meaning = folded(`${said(code, 'definition')} ${said(code, 'use_when')}`);
  let rank = name.includes(wanted.join(' ')) ? 100 : 0;
  for (const word of wanted) {
    if (` ${name}`.includes(` ${word}`)) rank += 20;
    else if (name.includes(word)) rank += 10;
    else if (meaning.includes(word)) rank += 1;
    else return 0;
  }
  return rank;
}

/** @param {RecordState} code */
const codeShape = (code) => ({
  id: `code-${said(code, 'ref')}`, ref: said(code, 'ref'), label: said(code, 'label'), meaning: said(code, 'definition'), not: said(code, 'do_not_use_when'),
});

/**
 * @param {object} shown @param {import('../reading.js').Replica} shown.replica @param {RecordState} shown.coding @param {RecordState} shown.block
 * @param {RecordState | null} shown.code @param {RecordState} shown.evidence @param {RecordState | null} shown.visit @param {import('../anchoring.js').Anchor} shown.at
 */
export function codingPage({ replica, coding, block, code, evidence, visit, at }) {
  /** @type {[string, string][]} */
  const rows = [
    ['Words', `“${said(coding, 'quote')}”`],
    ['How they stand', STANDING_WORDS[at.standing] || 'As they were coded'],
    ['Valence', wordFor(VALENCES, said(coding, 'valence'))],
    ['About', wordFor(AGENCIES, said(coding, 'agency'))],
    ['Memo', said(coding, 'memo')],
    ['Who', codedWords(replica, coding).split(', ').at(-1) ?? ''],
    ['When', momentWords(said(coding, 'coded_at'))],
    ['Codebook', `Version ${said(coding, 'codebook_version')}`],
    ['What the code means', said(code, 'definition')],
  ];
  return {
    title: `${said(coding, 'code')} ${said(code, 'label')}`,
    place: visit === null ? '' : areaWords(visit),
    facts: rows.filter(([, value]) => value !== '').map(([key, value]) => ({ key, value })),
    back_href: `/tablet/evidence/${evidence.record}#block-${block.record}`,
    withdraw_action: `/tablet/codings/${coding.record}/withdraw`,
  };
}
