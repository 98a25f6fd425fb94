/** The place to write while a person speaks: the words so far, one box, who speaks, what kind of words, and the questions beside it. */
import { areaWords, evidenceTitle } from './visits.js';
import { KINDS } from './words.js';
import { numbered } from './evidence.js';
import { said, told } from '../reading.js';

/** @typedef {import('../reading.js').RecordState} RecordState */
/** @typedef {{ref: string, label: string, audience: string}} Role */
/** @typedef {Omit<import('./evidence.js').RecordShown, 'state'> & {subquestions: RecordState[], people: Role[], present: any, scope: string, kind: string, speaker: string, block: string, now: Date}} CaptureShown */

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
    ...capturedList(shown),
    writer: writer(shown, now),
    prompts: prompts(shown, audience),
  };
}

/** The words so far, and where they are to be had anew. @param {Pick<CaptureShown, 'evidence' | 'replica' | 'roles' | 'codes' | 'blocks'>} shown */
export const capturedList = (shown) => ({
  fresh_href: `/tablet/evidence/${shown.evidence.record}/blocks`,
  blocks: numbered({ ...shown, codings: [] }, capturedActs),
});

/** What can be done with a block while the interview goes on. @param {RecordState} block */
export const capturedActs = (block) => [
  { href: `/tablet/blocks/${block.record}/edit`, words: 'Change', about: `${KINDS[said(block, 'kind')] ?? ''}, “${[...said(block, 'text')].slice(0, 40).join('')}”` },
];

/** @param {CaptureShown} shown @param {Date} now */
function writer({ evidence, activity, scope, kind, speaker, block, people, present, blocks }, now) {
  const speakers = speakersOf(people, [...rolesOf(present), ...blocks.map((one) => said(one, 'speaker_role'))], said(evidence, 'source_role'));
  const last = speakers.offered.some(({ ref }) => ref === speaker) ? speaker : speakers.offered[0]?.ref;
  return {
    action: `/tablet/evidence/${evidence.record}/blocks`,
    record: block, scope, evidence: evidence.record, text: '',
    began_ms: String(beganMs(evidence, activity, now)),
    kinds: kindChoices(kind),
    speakers: speakers.offered.map((role) => ({ value: role.ref, words: role.label, chosen: role.ref === last })),
    others: speakers.others.map((role) => ({ value: role.ref, words: role.label })),
    saved: { kind: 'tablet', words: '' },
  };
}

/** @param {string} chosen */
export const kindChoices = (chosen) => Object.entries(KINDS).map(([value, words]) => ({ value, words, chosen: value === chosen }));

/** @param {any} present @returns {string[]} */
const rolesOf = (present) => (Array.isArray(present) ? present.map((one) => String(one?.role)) : []);

/** Who is likely to speak where nobody has been named yet. @type {Record<string, string[]>} */
const LIKELY = { child: ['child', 'parent_carer'], parent: ['parent_carer', 'child'], practitioner: ['senco', 'teacher'], leader: ['school_leader', 'area_leader'] };
const MOST_OFFERED = 4;

/** One tap for the people of this activity; everybody else is in the list beside it. @param {Role[]} people @param {string[]} there roles @param {string} source */
export function speakersOf(people, there, source) {
  const named = there.filter((ref) => ref !== '' && ref !== 'inspector');
  const wanted = [...new Set([...(named.length > 0 ? named : LIKELY[source] ?? []), 'inspector'])];
  const offered = wanted.map((ref) => people.find((role) => role.ref === ref)).filter((role) => role !== undefined);
  const near = [...offered.slice(0, MOST_OFFERED - 1).filter(({ ref }) => ref !== 'inspector'), ...offered.filter(({ ref }) => ref === 'inspector')];
  return { offered: near, others: people.filter((role) => !near.includes(role)) };
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
