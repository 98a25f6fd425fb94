/**
 * One evidence record as read, in the shape that `evidence/_record.html` prints at the office too, and the place to write in it.
 *
 * When it was recorded and how always stand at the top (rule R10), and so does what people did not agree to (R16).
 */
import { blockAsRead } from './blocks.js';
import { fieldWords } from './conflicts.js';
import { clockWords, dayWords, momentWords } from './dates.js';
import { areaWords, evidenceTitle } from './visits.js';
import { KINDS, listed, MODES, ORIGINS, PLACE_KINDS, REASONS, RECORD_TYPES, RECORDED_WHEN, SOURCE_ROLES, wordFor } from './words.js';
import { toDecide } from '../conflicts_of.js';
import { nameOf, said, saidAll, told } from '../reading.js';
import { counted } from '../states.js';

/** @typedef {import('../reading.js').RecordState} RecordState */
/**
 * @typedef {object} RecordShown
 * @property {import('../reading.js').Replica} replica @property {RecordState} evidence @property {RecordState | null} activity
 * @property {RecordState | null} visit @property {RecordState[]} types @property {RecordState[]} blocks @property {RecordState[]} codings
 * @property {Map<string, string>} roles @property {Map<string, string>} codes @property {Map<string, string>} groups
 * @property {string[]} consent @property {RecordState[]} files @property {import('../states.js').State} state
 */

/** @param {RecordShown} shown */
export function recordPage(shown) {
  const { evidence, activity, visit, types } = shown;
  return {
    title: evidenceTitle(evidence, activity, types),
    place: visit === null ? '' : areaWords(visit),
    back: backTo(visit),
    write_href: `/tablet/evidence/${evidence.record}/write`,
    receipt_href: `/tablet/evidence/${evidence.record}/receipt`,
    record: record(shown),
  };
}

/** @param {RecordState | null} visit */
const backTo = (visit) => ({ href: visit === null ? '/tablet/' : `/tablet/visits/${visit.record}`, words: visit === null ? 'Your visits' : areaWords(visit) });

/** @param {RecordShown} shown */
function record(shown) {
  const { replica, evidence, activity, blocks, consent, state } = shown;
  return {
    id: evidence.record,
    made: made(shown),
    labels: [
      ...(said(evidence, 'recorded_when') === 'from_memory_after_loss' ? ['From memory after loss'] : []),
      ...(said(evidence, 'status') === 'draft' ? ['Not complete'] : []),
    ],
    differences: [evidence, ...(activity === null ? [] : [activity])].flatMap((state) => toDecide(state).map((name) => ({
      words: `There is more than one version of “${fieldWords(name)}”. The first is shown until somebody decides.`,
      href: `/tablet/conflicts/${state.record}`,
    }))),
    consent: consent.length > 0 ? consent : ['No consent has been recorded for this activity.'],
    facts: facts(shown),
    none: blocks.length > 0 ? '' : 'Nothing has been written in this record yet.',
    blocks: numbered(shown, (block) => [
      { href: `/tablet/blocks/${block.record}/code`, words: 'Give a code', about: aboutBlock(block) },
      { href: `/tablet/blocks/${block.record}/edit`, words: 'Change', about: aboutBlock(block) },
    ]),
    // Files are not carried on a tablet yet, so there is nothing to open: they are named among the facts.
    files: [],
    kept_back: [],
    history: historyWords(replica, evidence, blocks),
    state,
    state_more: '',
  };
}

/** Where and when, when it was recorded, and how it came into being: always in sight (rule R10). @param {RecordShown} shown */
function made({ evidence, activity, visit }) {
  const recorded = wordFor(RECORDED_WHEN, said(evidence, 'recorded_when') || 'not_stated');
  const parts = [
    visit === null ? '' : areaWords(visit), whenWords(activity),
    `Recorded: ${recorded.charAt(0).toLowerCase()}${recorded.slice(1)}`, wordFor(ORIGINS, said(evidence, 'origin') || 'not_stated'),
  ];
  return `${parts.filter((words) => words !== '').join('. ')}.`;
}

/** @param {RecordState | null} activity */
const whenWords = (activity) => [dayWords(said(activity, 'date')), timesWords(activity)].filter((words) => words !== '').join(', ');

/** @param {RecordState} block */
const aboutBlock = (block) => {
  const text = said(block, 'text');
  return `${wordFor(KINDS, said(block, 'kind'))}, “${[...text].slice(0, 40).join('')}${[...text].length > 40 ? '…' : ''}”`;
};

/** Every block, the codings numbered through the whole record. @param {Pick<RecordShown, 'replica' | 'roles' | 'codes' | 'blocks' | 'codings'>} shown @param {(block: RecordState) => {href: string, words: string, about: string}[]} actsOf */
export function numbered({ replica, roles, codes, blocks, codings }, actsOf) {
  let number = 1;
  return blocks.map((block) => {
    const mine = codings.filter((coding) => told(coding, 'block') === block.record);
    const shownBlock = blockAsRead({ replica, roles, codes }, block, mine, { firstNumber: number, acts: actsOf(block) });
    number += mine.length;
    return shownBlock;
  });
}

/** @param {RecordShown} shown */
function facts({ evidence, activity, visit, roles, groups, files }) {
  const present = told(activity, 'present');
  const there = Array.isArray(present) ? present.map((one) => roles.get(String(one?.role)) ?? wordFor({}, String(one?.role ?? ''))) : [];
  /** @type {[string, string][]} */
  const rows = [
    ['Area', visit === null ? '' : areaWords(visit)],
    ['When', whenWords(activity)],
    ['Recorded', wordFor(RECORDED_WHEN, said(evidence, 'recorded_when') || 'not_stated')],
    ['How it was made', wordFor(ORIGINS, said(evidence, 'origin') || 'not_stated')],
    ['Source', wordFor(SOURCE_ROLES, said(evidence, 'source_role'))],
    ['About', said(activity, 'tracked_child')],
    ['Group', groups.get(said(evidence, 'group')) ?? said(evidence, 'group')],
    ['How it took place', wordFor(MODES, said(activity, 'mode'))],
    ['Kind of place', wordFor(PLACE_KINDS, said(activity, 'place_kind'))],
    ['Who was there', listed(countedRoles(there))],
    ['Review questions', saidAll(evidence, 'questions').join(', ')],
    ['Files at the office', listed(files.map((file) => said(file, 'name')))],
  ];
  return rows.filter(([, value]) => value !== '').map(([key, value]) => ({ key, value }));
}

/** @param {RecordState | null} activity */
function timesWords(activity) {
  const [start, end] = [said(activity, 'start'), said(activity, 'end')];
  return [start, end].filter((time) => time !== '').map(clockWords).join(' to ');
}

/** @param {string[]} roles @returns {string[]} */
function countedRoles(roles) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const role of roles) counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].map(([role, count]) => (count === 1 ? role : `${role} (${count})`))
    .map((words, index) => (index === 0 ? words : words.charAt(0).toLowerCase() + words.slice(1)));
}

/** What happened to the record, in sentences. Revisions of one person in a row are one sentence. @param {import('../reading.js').Replica} replica @param {RecordState} evidence @param {RecordState[]} blocks @returns {string[]} */
function historyWords(replica, evidence, blocks) {
  const operations = [evidence, ...blocks].flatMap(({ record: id }) => replica.history(id));
  const late = Number.MAX_SAFE_INTEGER;
  operations.sort((a, b) => (a.position ?? late) - (b.position ?? late) || (a.operation < b.operation ? -1 : 1));
  const imported = operations.filter(({ header }) => header.incarnation.startsWith('import:'));
  const sentences = [];
  if (imported.length > 0) {
    const came = momentWords(imported[0].received_at ?? '');
    sentences.push(`${counted(imported.length, 'entry', 'entries')} came with the review pack${came === '' ? '' : ` on ${came}`}. Who wrote them, and when, is not stated in the pack.`);
  }
  let last = '';
  for (const { header, position, received_at } of operations) {
    if (header.incarnation.startsWith('import:')) continue;
    const person = nameOf(replica, header.person);
    const key = `${header.person} ${header.kind} ${header.record_type}`;
    if (key === last && header.kind === 'revise') sentences.pop();
    sentences.push(sentence(person, header, position === null ? null : received_at));
    last = key;
  }
  return sentences;
}

const DONE = { create: 'wrote', revise: 'changed', withdraw: 'withdrew', redact: 'removed' };

/** @param {string} person @param {import('../../../sync/tablet/header.js').Header} header @param {string | null} received_at */
function sentence(person, header, received_at) {
  const where = received_at === null
    ? `on ${momentWords(header.device_at ?? '')} by the clock of this tablet`
    : `. It reached the office on ${momentWords(received_at)}`;
  const what = RECORD_TYPES[header.record_type] ?? 'a part of it';
  if (header.kind === 'redact') return `${person} removed words${where.startsWith('.') ? where : ` ${where}`}. ${wordFor(REASONS, header.reason ?? '')}.`;
  return `${person} ${DONE[header.kind]} ${what}${where.startsWith('.') ? where : ` ${where}`}.`;
}
