/**
 * Blocks of a record as `parts/block.html` prints them: the words cut where a coding begins or ends, and the codings below.
 *
 * Positions are code points of the block's text (design 7). A coding whose words have changed says so. The office makes the same shape
 * (`fieldwork/pages/blocks.py`).
 */
import { anchor } from '../anchoring.js';
import { NAMELESS, nameOf, said, told, voices } from '../reading.js';
import { shown } from '../text.js';
import { momentWords } from './dates.js';
import { AGENCIES, REASONS, VALENCES, wordFor } from './words.js';

/** @typedef {import('../reading.js').RecordState} RecordState */
/** @typedef {import('../anchoring.js').Anchor} Anchor */
/** @typedef {{state: RecordState, at: Anchor, number: string}} Placed */
/** @typedef {{operation: string, text: string, by: string}} Version */
/** @typedef {{replica: import('../reading.js').Replica, roles: Map<string, string>, codes: Map<string, string>}} Labels */

const MOST_DEPTH = 3;
/** @type {Record<Anchor['standing'], string>} */
export const STANDING_WORDS = {
  kept: '', moved: 'Moved with its words', changed: 'The words have changed. Somebody needs to look', orphaned: 'These words are no longer here, or stand more than once',
};

/** The words that people wrote in a block: one version, or several side by side. @param {import('../reading.js').Replica} replica @param {RecordState} block @returns {Version[]} */
export function versionsOf(replica, block) {
  const history = replica.history(block.record);
  return voices(block, 'text').filter(({ value }) => typeof value === 'string').map(({ operation, value }) => ({
    operation, text: shown(/** @type {string} */ (value)),
    by: nameOf(replica, history.find((one) => one.operation === operation)?.header.person ?? null),
  }));
}

/** The text of a block as the first version has it. @param {import('../reading.js').Replica} replica @param {RecordState} block @returns {Version} */
export const firstVersion = (replica, block) => versionsOf(replica, block)[0] ?? { operation: '', text: '', by: '' };

/** Where a coding stands in the version it was made in, or else in the first. @param {RecordState} coding @param {Version} version @returns {Anchor} */
export function anchorOf(coding, version) {
  const number = (/** @type {string} */ name) => (Number.isSafeInteger(told(coding, name)) ? told(coding, name) : 0);
  const passage = {
    start_cp: number('start_cp'), end_cp: number('end_cp'), quote: said(coding, 'quote'), before: said(coding, 'before'), after: said(coding, 'after'),
  };
  return anchor(version.text, passage);
}

/**
 * @param {Labels} labels @param {RecordState} block @param {RecordState[]} codings of this block
 * @param {{firstNumber: number, acts: {href: string, words: string, about: string}[]}} where
 */
export function blockAsRead(labels, block, codings, { firstNumber, acts }) {
  const versions = versionsOf(labels.replica, block);
  const common = {
    kind: said(block, 'kind') || 'observation',
    speaker: labels.roles.get(said(block, 'speaker_role')) ?? (wordFor({}, said(block, 'speaker_role')) || 'Somebody'),
    when: whenWords(block),
  };
  const conflict = conflictWords(block, versions);
  const shownVersions = versions.length > 0 ? versions : [{ operation: '', text: '', by: '' }];
  return {
    id: block.record,
    conflict,
    conflict_href: conflict === '' ? '' : `/tablet/conflicts/${block.record}`,
    version_words: versions.map(({ by }) => `${by} wrote:`),
    versions: shownVersions.map((version, index) => {
      const suffix = index === 0 ? '' : `-${index + 1}`;
      const placed = index === 0 ? place(codings, version, firstNumber) : [];
      return {
        ...common,
        id: `block-${block.record}${suffix}`,
        revision: version.operation,
        removed: versions.length > 0 ? '' : removedWords(labels.replica, block),
        segments: segments(version.text, placed, `${block.record}${suffix}`),
        codings: placed.map((one) => codingAsRead(labels, one)),
        acts: index === 0 ? acts : [],
      };
    }),
  };
}

/** @param {RecordState[]} codings @param {Version} version @param {number} firstNumber @returns {Placed[]} */
function place(codings, version, firstNumber) {
  const placed = codings.map((state) => ({ state, at: anchorOf(state, version) }));
  placed.sort((a, b) => Number(a.at.standing === 'orphaned') - Number(b.at.standing === 'orphaned')
    || a.at.start_cp - b.at.start_cp || a.at.end_cp - b.at.end_cp || (a.state.record < b.state.record ? -1 : 1));
  return placed.map((one, index) => ({ ...one, number: String(firstNumber + index) }));
}

/** The text cut where a coding begins or ends; together they are the text, every letter of it. @param {string} text @param {{at: Anchor, number: string}[]} placed @param {string} id */
export function segments(text, placed, id) {
  const letters = [...text];
  const inside = placed.filter(({ at }) => at.start_cp < at.end_cp);
  const cuts = [...new Set([0, letters.length, ...inside.flatMap(({ at }) => [at.start_cp, at.end_cp])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, index) => {
    const end = cuts[index + 1];
    const over = inside.filter(({ at }) => at.start_cp <= start && end <= at.end_cp);
    return {
      id: `words-${id}-${start}`,
      // A page turns CR into LF and CR LF into one letter; here every letter keeps its place.
      text: letters.slice(start, end).join('').replaceAll('\r\n', ' \n').replaceAll('\r', '\n'),
      depth: Math.min(over.length, MOST_DEPTH),
      changed: over.some(({ at }) => at.standing === 'changed'),
      ends: over.filter(({ at }) => at.end_cp === end).map(({ number }) => number).join(', '),
    };
  });
}

/** @param {Labels} labels @param {Placed} placed */
function codingAsRead({ replica, codes }, { state, at, number }) {
  return {
    id: `coding-${state.record}`,
    number,
    href: `/tablet/codings/${state.record}`,
    ref: said(state, 'code'),
    label: codes.get(said(state, 'code')) ?? '',
    by: codedWords(replica, state),
    memo: said(state, 'memo'),
    standing: STANDING_WORDS[at.standing],
  };
}

/** "Weakness, about the school, coded by Idwal Pennistow". @param {import('../reading.js').Replica} replica @param {RecordState} coding */
export function codedWords(replica, coding) {
  const [valence, agency, coder] = [said(coding, 'valence'), said(coding, 'agency'), said(coding, 'coder')];
  return [
    ...(valence === '' ? [] : [wordFor(VALENCES, valence)]),
    ...(agency === '' ? [] : [`about ${wordFor(AGENCIES, agency)}`]),
    coder === '' ? 'coder not stated in the pack' : `coded by ${nameOf(replica, coder)}`,
  ].join(', ');
}

/** @param {RecordState} block */
function whenWords(block) {
  const minute = told(block, 'minute');
  const question = said(block, 'question');
  const parts = Number.isSafeInteger(minute) ? [minute === 0 ? 'At the start' : `${minute} ${minute === 1 ? 'minute' : 'minutes'} in`] : [];
  if (question !== '') parts.push(parts.length > 0 ? `question ${question}` : `Question ${question}`);
  return parts.join(', ');
}

/** @param {RecordState} block @param {Version[]} versions */
function conflictWords(block, versions) {
  const kept = 'Both versions are kept until somebody decides.';
  if (versions.length > 1) {
    const isOne = versions.every(({ by }) => by === versions[0].by && by !== NAMELESS);
    return isOne ? `${versions[0].by} wrote here in two places at the same time. ${kept}` : `Two people wrote here at the same time. ${kept}`;
  }
  const other = [...block.fields].some(([name, several]) => name !== 'text' && several.length > 1);
  return other ? 'This part was described differently at the same time. The first description is shown until somebody decides.' : '';
}

/** @param {import('../reading.js').Replica} replica @param {RecordState} block */
function removedWords(replica, block) {
  const removal = replica.history(block.record).filter(({ kind }) => kind === 'redact').at(-1);
  if (removal === undefined) return 'These words were removed.';
  const when = momentWords(removal.received_at ?? removal.header.device_at ?? '');
  return `${nameOf(replica, removal.header.person)} removed these words on ${when}. ${wordFor(REASONS, removal.header.reason ?? '')}.`;
}
