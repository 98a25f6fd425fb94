/** What was found: the words in what stands around them, and the way to the block. */
import { evidenceTitle } from './visits.js';
import { KINDS, wordFor } from './words.js';
import { said } from '../reading.js';
import { counted } from '../states.js';

const AROUND_CP = 70;

/** @typedef {import('../reading.js').RecordState} RecordState */
/** @typedef {{block: RecordState, evidence: RecordState, activity: RecordState | null, text: string, places: {start_cp: number, end_cp: number}[], types: RecordState[], roles: Map<string, string>}} Hit */

/** @param {{asked: string, hits: Hit[] | null, more: boolean, tooShort: boolean}} shown */
export function findPage({ asked, hits, more, tooShort }) {
  return {
    title: 'Find words',
    problems: tooShort ? [{ href: '#words', words: 'Enter at least 2 letters' }] : [],
    error: tooShort ? 'Enter at least 2 letters' : '',
    asked,
    found: foundWords(hits, more),
    hits: (hits ?? []).map((hit) => ({
      href: `/tablet/evidence/${hit.evidence.record}#block-${hit.block.record}`,
      words: evidenceTitle(hit.evidence, hit.activity, hit.types),
      more: [wordFor(KINDS, said(hit.block, 'kind')), hit.roles.get(said(hit.block, 'speaker_role')) ?? '', hit.places.length > 1 ? `${hit.places.length} times in these words` : '']
        .filter((words) => words !== '').join('. '),
      ...around(hit.text, hit.places[0]),
    })),
  };
}

/** @param {Hit[] | null} hits @param {boolean} more */
function foundWords(hits, more) {
  if (hits === null) return '';
  if (hits.length === 0) return 'These words are nowhere in the records on this tablet.';
  return more ? `The first ${hits.length} places are shown. Add a word to find fewer.` : `Found in ${counted(hits.length, 'place', 'places')}.`;
}

/** @param {string} text @param {{start_cp: number, end_cp: number}} place */
function around(text, { start_cp, end_cp }) {
  const letters = [...text];
  const from = Math.max(0, start_cp - AROUND_CP);
  const to = Math.min(letters.length, end_cp + AROUND_CP);
  return {
    before: `${from > 0 ? '…' : ''}${letters.slice(from, start_cp).join('')}`,
    quote: letters.slice(start_cp, end_cp).join(''),
    after: `${letters.slice(end_cp, to).join('')}${to < letters.length ? '…' : ''}`,
  };
}
