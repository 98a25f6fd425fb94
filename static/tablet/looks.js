/**
 * What a look for names speaks for: the words that it names, and no others (design 7, rule R12).
 *
 * A word is what an operation said in one field, written `operation:field`. Every word that stands, and that somebody beyond the visit's
 * team can read at the office, is named by a look that stands: for the record with its activity, consents and blocks all or nothing, for
 * a file and a note on a code one by one. The same rule as `fieldwork/domain/screening.py`, held to the same answers by
 * `sync/vectors/looks.json`. Nothing here reads or writes.
 */

/** @typedef {import('./reading.js').RecordState} RecordState */
/** @typedef {Pick<RecordState, 'record' | 'fields'>} Stands */
/** @typedef {{evidence: Stands, activity: Stands | null, consents: Stands[], blocks: Stands[], codings: Stands[], files: Stands[]}} Belonging */
/** @typedef {{words: Set<string>, memos: Map<string, Set<string>>, files: Map<string, Set<string>>}} ToLookThrough */
/** @typedef {{operations: string[], named: Set<string>, fromPack: boolean}} Looks */

const LOOK = 'screened_at';
const LOOKED_THROUGH = 'looked_through';
const MEMO = 'memo';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** What a look says of itself: no words to look through. */
export const OF_A_LOOK = new Set([LOOK, LOOKED_THROUGH]);

/** Only there an id is of version 5 (PROTOCOL.md 1.1). @param {string} operation */
export const isFromPack = (operation) => operation[14] === '5';

/** What stands in a record and was said by somebody and not by a pack. @param {Stands} state @param {(name: string) => boolean} [counts] @returns {string[]} */
const wordsIn = ({ fields }, counts = () => true) => [...fields].filter(([name]) => counts(name))
  .flatMap(([name, values]) => values.filter(({ operation, value }) => value !== null && !isFromPack(operation)).map(({ operation }) => `${operation}:${name}`));

/** Words as a look names them: `operation:field,field`. @param {Iterable<string>} words @returns {string[]} */
export function entriesOf(words) {
  /** @type {Map<string, string[]>} */
  const fieldsOf = new Map();
  for (const word of [...new Set(words)].sort()) {
    const [operation, name] = word.split(':');
    fieldsOf.set(operation, [...fieldsOf.get(operation) ?? [], name]);
  }
  return [...fieldsOf].map(([operation, names]) => `${operation}:${names.join(',')}`);
}

/** What is no entry names nothing: so did looks before they named fields. @param {unknown[]} entries @returns {string[]} */
export const wordsNamed = (entries) => entries.flatMap((entry) => {
  if (typeof entry !== 'string' || !entry.includes(':')) return [];
  const colon = entry.indexOf(':');
  return entry.slice(colon + 1).split(',').map((name) => `${entry.slice(0, colon)}:${name}`);
});

/** @param {Stands} evidence @returns {Looks} */
export function looksIn({ fields }) {
  const lists = (fields.get(LOOKED_THROUGH) ?? []).map(({ value }) => (Array.isArray(value) ? value : []));
  return {
    operations: (fields.get(LOOK) ?? []).filter(({ value }) => typeof value === 'string' && INSTANT.test(value)).map(({ operation }) => operation),
    named: new Set(lists.flatMap(wordsNamed)),
    fromPack: [...fields.values()].flat().some(({ operation }) => isFromPack(operation)),
  };
}

/** Whether the record can count as looked through at all. @param {Looks} looks */
export const mayCount = ({ operations, fromPack }) => operations.length > 0 || fromPack;

/** @param {Looks} looks @param {Iterable<string>} words */
export const speakFor = ({ operations, named }, words) => [...words].every((word) => operations.length > 0 && named.has(word));

/** Whether people beyond the team may read the record. @param {Looks} looks @param {Iterable<string>} words `ToLookThrough.words` */
export const cover = (looks, words) => mayCount(looks) && speakFor(looks, words);

/** @param {Belonging} belonging @returns {ToLookThrough} */
export function toLookThrough({ evidence, activity, consents, blocks, codings, files }) {
  const around = [...activity === null ? [] : [activity], ...consents, ...blocks].flatMap((state) => wordsIn(state));
  /** @param {Stands[]} states @param {(name: string) => boolean} [counts] */
  const oneByOne = (states, counts) => new Map(
    states.map((state) => /** @type {[string, Set<string>]} */ ([state.record, new Set(wordsIn(state, counts))])).filter(([, words]) => words.size > 0),
  );
  return {
    words: new Set([...wordsIn(evidence, (name) => !OF_A_LOOK.has(name)), ...around]),
    memos: oneByOne(codings, (name) => name === MEMO),
    files: oneByOne(files),
  };
}

/** What is read on the page of the record; a file has to be opened. @param {ToLookThrough} standing @returns {string[]} */
export const readOnThePage = ({ words, memos }) => [...words, ...[...memos.values()].flatMap((some) => [...some])];

/**
 * The words that a look names: what was on its page, the files that were opened, and what was named before and still stands.
 * @param {ToLookThrough} standing @param {Looks} looks @param {string[]} shown @param {string[]} opened files
 */
export function newlyNamed(standing, looks, shown, opened) {
  const onThePage = new Set(shown);
  const read = [...readOnThePage(standing), ...opened.flatMap((file) => [...standing.files.get(file) ?? []])];
  const all = [...readOnThePage(standing), ...[...standing.files.values()].flatMap((some) => [...some])];
  return new Set([...read.filter((word) => onThePage.has(word)), ...all.filter((word) => speakFor(looks, [word]))]);
}
