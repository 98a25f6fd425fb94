/**
 * What is kept with a record and is not a term of the review: shown to whoever looks it through for names (rule R12).
 *
 * The same rule as `fieldwork/domain/kept_words.py`, held to the same answers by `sync/vectors/looks.json`.
 */
import { isFromPack, OF_A_LOOK } from './looks.js';

/** @typedef {import('./looks.js').Stands} Stands */

/** @type {Record<string, string[]>} */
const TERMS = {
  source_role: ['child', 'parent', 'practitioner', 'leader', 'record', 'data'],
  recorded_when: ['at_the_time', 'within_24h', 'later', 'from_memory_after_loss'],
  origin: ['typed', 'dictated', 'transcribed_from_paper', 'imported'],
  mode: ['in_person', 'phone', 'video', 'desk'],
  place_kind: ['home', 'school', 'provider', 'clinic', 'office', 'community', 'online', 'desk'],
  status: ['draft', 'complete', 'checked', 'given', 'restricted', 'refused', 'withdrawn', 'expired'],
  language: ['en'],
  kind: ['verbatim', 'paraphrase', 'observation', 'document_fact', 'inspector_thought', 'question'],
};
const ABOUT_A_BLOCK = new Set(['kind', 'minute', 'question', 'speaker_role']);
/** Nothing, the number of a question, a day, a time of day, an id. */
const NO_WORDS = /^(|\d{1,2}(\.\d{1,2})?|\d{4}-\d\d-\d\d|\d\d:\d\d|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * Field and words, in the order of records and fields; every version where people differ.
 * @param {Stands[]} around the record of evidence, its activity and its consents @param {Stands[]} blocks
 * @param {Iterable<string>} activityTypes @param {Iterable<string>} roles
 * @returns {[string, string][]}
 */
export function keptWords(around, blocks, activityTypes, roles) {
  /** @type {Record<string, string[]>} */
  const terms = { ...TERMS, type: [...activityTypes], speaker_role: [...roles] };
  const known = (/** @type {string} */ name) => (Object.hasOwn(terms, name) ? terms[name] : []);
  const beside = blocks.map(({ fields }) => ({ fields: new Map([...fields].filter(([name]) => ABOUT_A_BLOCK.has(name))) }));
  return [...around, ...beside].flatMap(({ fields }) => [...fields].sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name]) => !OF_A_LOOK.has(name))
    .flatMap(([name, values]) => values.filter(({ operation, value }) => !isFromPack(operation) && !isTerm(value, known(name)))
      .map(({ value }) => /** @type {[string, string]} */ ([name.replaceAll('_', ' '), inWords(value)]))));
}

/** A value read out, with what is inside it and under which names. @param {unknown} value @returns {string} */
export function inWords(value) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.filter((one) => one !== null).map(inWords).join('; ');
  if (typeof value === 'object') return Object.entries(value).filter(([, one]) => one !== null).map(([key, one]) => `${key}: ${inWords(one)}`).join('; ');
  return String(value);
}

/** @param {unknown} value @param {string[]} known @returns {boolean} */
function isTerm(value, known) {
  if (Array.isArray(value)) return value.every((one) => isTerm(one, known));
  if (typeof value === 'string') return known.includes(value) || NO_WORDS.test(value);
  return value === null || typeof value === 'boolean' || typeof value === 'number';
}
