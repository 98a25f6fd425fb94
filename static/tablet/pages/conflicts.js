/**
 * A conflict as a person decides on it: the versions beside each other, with the words that stand in one of them alone.
 *
 * The office makes the same shape (`fieldwork/pages/conflicts.py`), and `templates/conflicts/_conflict.html` prints both.
 */
import { momentWords } from './dates.js';
import { areaWords, evidenceTitle } from './visits.js';
import { AGENCIES, KINDS, listed, MODES, ORIGINS, RECORDED_WHEN, SOURCE_ROLES, VALENCES, wordFor } from './words.js';
import { FREE_WORDS } from '../conflicts_of.js';
import { difference } from '../differences.js';
import { found, nameOf, scopeOf, voices } from '../reading.js';
import { counted } from '../states.js';
import { shown } from '../text.js';

/** @typedef {import('../conflicts_of.js').Conflict} Conflict */
/** @typedef {import('../reading.js').Replica} Replica */
/** @typedef {import('../reading.js').RecordState} RecordState */
/** @typedef {import('../differences.js').Run} Run */

export const KEEP = '';
export const OWN = 'own';
const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];
/** @type {Record<string, string>} */
const FIELDS = {
  text: 'The words', kind: 'What kind of words these are', speaker_role: 'Who spoke', memo: 'The note on the code',
  source_role: 'Whose account it is', recorded_when: 'When it was recorded', origin: 'How it was made', present: 'Who was there',
};
/** @type {Record<string, Record<string, string>>} */
const LISTS = {
  kind: KINDS, mode: MODES, origin: ORIGINS, recorded_when: RECORDED_WHEN, source_role: SOURCE_ROLES, valence: VALENCES, agency: AGENCIES, status: {},
};

/** What a field is called on these pages. @param {string} name */
export const fieldWords = (name) => FIELDS[name] ?? wordFor({}, name);

/** The line on a visit's page; '' when nothing stands to be decided. @param {number} count */
export const waitingWords = (count) => (count === 0 ? '' : `${writtenTwice(count)} Decide what the record should say.`);

/** @param {number} count */
const writtenTwice = (count) => `${counted(count, 'place was', 'places were')} written twice at the same time.`;

/** @param {{replica: Replica, visit: RecordState, conflicts: Conflict[], types: RecordState[]}} given */
export function conflictsPage({ replica, visit, conflicts, types }) {
  return {
    title: 'Versions to decide on',
    place: areaWords(visit),
    back: { href: `/tablet/visits/${visit.record}`, words: 'Back to the visit' },
    lead: conflicts.length === 0
      ? 'There is nothing to decide in this visit.'
      : `${writtenTwice(conflicts.length)} All versions are kept, and all are shown on the record, until somebody of the visit’s team decides.`,
    rows: conflicts.map(({ state, fields, evidence }) => ({
      href: `/tablet/conflicts/${state.record}`,
      words: evidence === null ? 'Beside the records' : evidenceTitle(evidence, replica.find(String(evidence.fields.get('activity')?.[0]?.value)), types),
      more: listed(fields.map(fieldWords)),
      state: { kind: 'attention', words: 'Not decided' },
    })),
  };
}

/**
 * @param {object} given
 * @param {Replica} given.replica @param {RecordState} given.state @param {Conflict | null} given.conflict null when somebody else has decided @param {Map<string, string>} given.roles @param {Set<string>} given.here incarnations of this tablet
 * @param {string} given.operation @param {string} given.back @param {FormData} given.given @param {Record<string, string>} given.faults
 */
export async function conflictPage({ replica, state, conflict, roles, here, operation, back, given, faults }) {
  const fields = conflict?.fields ?? [];
  const visit = found(replica, 'visit', scopeOf(replica, state.record).replace('visit:', ''));
  const most = Math.max(0, ...fields.map((name) => voices(state, name).length));
  const unsaved = [...given.entries()].filter(([name, words]) => name.startsWith('own-') && String(words).trim() !== '' && !fields.includes(name.slice('own-'.length)));
  return {
    title: most < 2 ? 'Nothing to decide' : `${NUMBERS[most] ?? most} versions`,
    place: visit === null ? '' : areaWords(visit),
    back: { href: back, words: back.startsWith('/tablet/visits/') ? 'Back to the visit' : 'Back to the record' },
    lead: most < 2 ? ['This has one version. Somebody has decided, or a version was removed.'] : [
      'They were written at the same time, each without the others. All of them are kept, and all are shown, until somebody of the visit’s team decides.',
      'Deciding removes nothing. Your choice is written as a new version, in your name, and the versions that it was made from stay with the record.',
    ],
    action: `/tablet/conflicts/${state.record}`,
    operation,
    base: String(given.get('base') ?? state.heads.join(' ')),
    unsaved: unsaved.map(([, words]) => String(words)),
    problems: Object.entries(faults).map(([name, words]) => ({ href: fields.includes(name.slice(name.indexOf('-') + 1)) ? `#${name}` : '#main', words })),
    fields: await Promise.all(fields.map((name) => fieldShown({ replica, state, roles, here, given, faults }, name))),
  };
}

/**
 * What people wrote in one field, side by side, as `parts/version.html` prints it.
 * @param {{replica: Replica, state: RecordState, roles: Map<string, string>, here: Set<string>}} page @param {string} name
 */
export async function versionsShown({ replica, state, roles, here }, name) {
  const history = replica.history(state.record);
  const several = voices(state, name);
  const texts = several.map(({ value }) => valueWords(name, value, roles));
  const asTyped = !Object.hasOwn(LISTS, name) && name !== 'speaker_role' && several.every(({ value }) => typeof value === 'string' && value !== '');
  const cut = asTyped ? await compared(texts) : texts.map((text) => [{ text, alone: false }]);
  return several.map(({ operation }, index) => {
    const known = history.find((one) => one.operation === operation);
    const by = known?.header.person ? nameOf(replica, known.header.person) : '';
    return {
      id: `version-${name}-${index + 1}`, operation, text: texts[index], words: cut[index].flatMap(runShown), when: whenWords(known, here),
      title: `Version ${index + 1}, ${by === '' ? 'from the review pack' : by}`,
    };
  });
}

/** The space before marked words is not marked with them: at the end of a line it would look like a mark on nothing. @param {Run} run @returns {Run[]} */
function runShown(run) {
  const words = run.text.replace(/^[ \n]+/, '');
  if (!run.alone || words === '' || words === run.text) return [run];
  return [{ text: run.text.slice(0, run.text.length - words.length), alone: false }, { text: words, alone: true }];
}

/** @param {{replica: Replica, state: RecordState, roles: Map<string, string>, here: Set<string>, given: FormData, faults: Record<string, string>}} page @param {string} name */
async function fieldShown({ replica, state, roles, here, given, faults }, name) {
  const versions = await versionsShown({ replica, state, roles, here }, name);
  const asked = String(given.get(`choice-${name}`) ?? KEEP);
  // The words of a block have a page where they are kept while they are typed; a note is short.
  const isBlock = state.record_type === 'block' && name === 'text';
  const own = FREE_WORDS.has(name) && !isBlock;
  return {
    name,
    title: fieldWords(name),
    compared: comparedWords(versions),
    versions,
    choice: { name: `choice-${name}`, label: 'What should the record say?', value: '', hint: '', error: faults[`choice-${name}`] ?? '' },
    choices: [
      { value: KEEP, words: `Keep ${versions.length === 2 ? 'both' : 'all of them'} for now` },
      ...versions.map(({ operation, title }) => ({ value: operation, words: title })),
      ...(own ? [{ value: OWN, words: 'What I write below' }] : []),
    ].map((one) => ({ ...one, hint: '', chosen: one.value === asked })),
    own: own ? {
      name: `own-${name}`, label: 'How it should read, if none of them is right', hint: 'It begins as version 1. It counts only if you choose it above.',
      value: String(given.get(`own-${name}`) ?? shown(String(voices(state, name)[0].value ?? ''))).replaceAll('\r\n', '\n'), error: faults[`own-${name}`] ?? '', began: '',
    } : '',
    write_href: isBlock ? `/tablet/blocks/${state.record}/edit` : '',
  };
}

/** The first cut against the second, each other against the first. @param {string[]} texts @returns {Promise<Run[][]>} */
export async function compared([first, ...others]) {
  const cut = [];
  for (const other of others) cut.push(await difference(first, other));
  return [cut[0][0], ...cut.map(([, theirs]) => theirs)];
}

/** How to read the marks; '' where there are none. @param {{words: Run[]}[]} versions */
export function comparedWords(versions) {
  if (!versions.some(({ words }) => words.some(({ alone }) => alone))) return '';
  return versions.length === 2
    ? 'Words that stand in one version only are underlined and on a coloured ground.'
    : 'Words that differ are underlined and on a coloured ground: those of version 1 differ from version 2, those of the others from version 1.';
}

/** A value as a person reads it. What somebody typed stands as it was typed. @param {string} name @param {unknown} value @param {Map<string, string>} roles @returns {string} */
function valueWords(name, value, roles) {
  if (value === null || value === '') return 'Nothing: it was taken out';
  if (name === 'speaker_role') return roles.get(String(value)) ?? wordFor({}, String(value));
  if (Object.hasOwn(LISTS, name)) return wordFor(LISTS[name], String(value));
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (Array.isArray(value)) return value.map((one) => valueWords('', one, roles)).join(', ');
  if (typeof value === 'object') {
    return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => `${wordFor({}, key)}: ${valueWords('', one, roles)}`).join(', ');
  }
  return shown(String(value));
}

/** @param {import('../../../sync/tablet/replica.js').Known | undefined} known @param {Set<string>} here */
function whenWords(known, here) {
  if (known === undefined) return '';
  const came = known.received_at === null ? '' : momentWords(known.received_at);
  if (known.header.person === null) return `It came with the review pack${came === '' ? '' : ` on ${came}`}. Who wrote it, and when, is not stated there.`;
  const written = momentWords(known.header.device_at ?? '');
  const where = here.has(known.header.incarnation) ? `Written on this tablet on ${written}, by its clock.` : `Written on another tablet, or at the office, on ${written}, by the clock there.`;
  return `${where} ${came === '' ? 'It has not reached the office yet.' : `It reached the office on ${came}.`}`;
}
