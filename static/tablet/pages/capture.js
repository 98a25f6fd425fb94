/** The place to write while a person speaks: the words so far, one box, who speaks, what kind of words, and the questions beside it. */
import { areaWords, evidenceTitle } from './visits.js';
import { KINDS } from './words.js';
import { numbered } from './evidence.js';
import { said, told } from '../reading.js';

/** @typedef {import('../reading.js').RecordState} RecordState */
/** @typedef {{ref: string, label: string, audience: string}} Role */
/** @typedef {Omit<import('./evidence.js').RecordShown, 'state'> & {subquestions: RecordState[], people: Role[], present: any, scope: string, kind: string, block: string, now: Date}} CaptureShown */

const LONGEST_MS = 12 * 60 * 60 * 1000;

/** @type {Record<string, string>} a source's prompts are written for its audience */
const AUDIENCES = { child: 'child', parent: 'parent', practitioner: 'practitioner', leader: 'leader' };

/** @type {Record<string, string>} */
const PROMPT_TITLES = { child: 'Questions for a child', parent: 'Questions for a parent', practitioner: 'Questions for a practitioner', leader: 'Questions for a leader' };

/** @param {CaptureShown} shown */
export function capturePage(shown) {
  const { evidence, activity, visit, types, consent, now } = shown;
  const audience = AUDIENCES[said(evidence, 'source_role')] ?? '';
  return {
    title: evidenceTitle(evidence, activity, types),
    place: visit === null ? '' : areaWords(visit),
    consent,
    finish_action: `/tablet/evidence/${evidence.record}/finish`,
    blocks: numbered({ ...shown, codings: [] }, capturedActs),
    writer: writer(shown, now),
    prompts: prompts(shown, audience),
  };
}

/** What can be done with a block while the interview goes on. @param {RecordState} block */
export const capturedActs = (block) => [
  { href: `/tablet/blocks/${block.record}/edit`, words: 'Change', about: `${KINDS[said(block, 'kind')] ?? ''}, “${[...said(block, 'text')].slice(0, 40).join('')}”` },
];

/** @param {CaptureShown} shown @param {Date} now */
function writer({ evidence, activity, scope, kind, block, people, present }, now) {
  const speakers = speakersOf(people, present, AUDIENCES[said(evidence, 'source_role')] ?? '');
  return {
    action: `/tablet/evidence/${evidence.record}/blocks`,
    record: block, scope, evidence: evidence.record, text: '',
    began_ms: String(beganMs(evidence, activity, now)),
    kinds: kindChoices(kind),
    speakers: speakers.offered.map((role, index) => ({ value: role.ref, words: role.label, chosen: index === 0 })),
    others: speakers.others.map((role) => ({ value: role.ref, words: role.label })),
    saved: { kind: 'tablet', words: '' },
  };
}

/** @param {string} chosen */
export const kindChoices = (chosen) => Object.entries(KINDS).map(([value, words]) => ({ value, words, chosen: value === chosen }));

/** The people of this activity first, then everybody else. @param {Role[]} people @param {any} present @param {string} audience */
export function speakersOf(people, present, audience) {
  const there = Array.isArray(present) ? new Set(present.map((one) => one?.role)) : new Set();
  const near = people.filter(({ ref, audience: theirs }) => (there.size > 0 ? there.has(ref) : theirs === audience && ref !== 'inspector')).slice(0, 4);
  const inspector = people.filter(({ ref }) => ref === 'inspector');
  const offered = [...near.filter(({ ref }) => ref !== 'inspector'), ...inspector];
  return { offered, others: people.filter((role) => !offered.includes(role)) };
}

/** When the activity began, so that a block can say how many minutes in it was; 0 when it is not going on now. @param {RecordState} evidence @param {RecordState | null} activity @param {Date} now */
function beganMs(evidence, activity, now) {
  const began = new Date(`${said(activity, 'date')}T${said(activity, 'start')}`).getTime();
  const live = said(evidence, 'recorded_when') === 'at_the_time' && began <= now.getTime() && now.getTime() - began < LONGEST_MS;
  return live ? began : 0;
}

/** @param {CaptureShown} shown @param {string} audience */
function prompts({ subquestions, blocks }, audience) {
  const asked = new Set(blocks.map((block) => said(block, 'question')));
  const list = subquestions.map((question) => {
    const words = told(question, 'prompts')?.[audience] ?? '';
    const number = said(question, 'number');
    return { value: number, words: typeof words === 'string' ? words : '', text: said(question, 'text'), asked: asked.has(number) ? 'Has words already' : '' };
  });
  return {
    title: PROMPT_TITLES[audience] ?? 'Review questions',
    list: audience === '' ? list.map((one) => ({ ...one, words: one.text, prompt: false })) : list.filter(({ words }) => words !== '').map((one) => ({ ...one, prompt: true })),
  };
}
