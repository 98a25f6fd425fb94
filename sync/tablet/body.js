/**
 * The body of an operation: the words themselves, after 128 random bits that keep their hash from saying anything.
 *
 * Written once when a note is minted; hashed, sealed and stored as these very bytes for ever. Text is kept as typed:
 * U+0000 and lone surrogates are JSON escapes in the bytes and are shown as U+FFFD. Source: PROTOCOL.md 1.2.
 */
import { fromUtf8, toHex, toUtf8 } from './bytes.js';
import { scanJson } from './json_scan.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {Record<string, unknown>} Fields */

export const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const FIELD_NAME = /^[a-z0-9_]+$/;
const DEPTH_LIMIT = 16;
const BEGINNING = /^\{"salt":"[0-9a-f]{32}","fields":\{/;

/** `code` is a permanent slug, the same on both sides. */
export class BodyProblem extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.name = 'BodyProblem';
    this.code = code;
  }
}

/** @param {Fields} fields @param {Bytes} salt 16 random bytes @param {import('./ports.js').Kind} [kind] @returns {Bytes} */
export function writeBody(fields, salt, kind) {
  // JSON.stringify would turn NaN into null and drop `undefined` without a word, so they are refused first.
  refuseLostValues(fields);
  const bytes = toUtf8(JSON.stringify({ salt: toHex(salt), fields }));
  readBody(bytes, kind);
  return bytes;
}

/**
 * The fields of a body, own properties of an object without a prototype. Throws `BodyProblem`.
 * @param {Bytes} raw @param {import('./ports.js').Kind} [kind] of the header; a withdraw and a redact have no fields
 * @returns {Fields}
 */
export function readBody(raw, kind) {
  if (raw.length > BODY_LIMIT_BYTES) throw new BodyProblem('body_too_long');
  let text;
  let value;
  try {
    text = fromUtf8(raw);
  } catch (problem) {
    if (problem instanceof TypeError) throw new BodyProblem('body_not_utf8');
    throw problem;
  }
  if (/[\t\r\n]/.test(text)) throw new BodyProblem('body_has_line_break');
  try {
    value = JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) throw new BodyProblem('body_not_json');
    // Engines run out of stack at different depths, and say so in different words; all are far beyond 16.
    if (problem instanceof RangeError || /** @type {Error} */ (problem).name === 'InternalError') throw new BodyProblem('body_too_deep');
    throw problem;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new BodyProblem('body_not_json');
  if (!BEGINNING.test(text) || Object.keys(value).length !== 2) throw new BodyProblem('body_wrong_shape');
  // What comes back from our own writer unchanged has no doubled key and no number that was rounded; scan only the rest.
  const wrong = isShallow(value.fields, DEPTH_LIMIT) && JSON.stringify(value) === text
    ? null : scanJson(text, DEPTH_LIMIT + 2);
  if (wrong !== null) throw new BodyProblem(SCAN_CODES[wrong]);
  const fields = Object.create(null);
  for (const name of Object.keys(value.fields)) {
    if (!FIELD_NAME.test(name)) throw new BodyProblem('body_wrong_field_name');
    fields[name] = value.fields[name];
  }
  if ((kind === 'withdraw' || kind === 'redact') && Object.keys(fields).length > 0) throw new BodyProblem('body_has_fields');
  return fields;
}

/** @type {Record<string, string>} */
const SCAN_CODES = { duplicate: 'body_duplicate_key', number: 'body_wrong_number', depth: 'body_too_deep' };

/**
 * The same value for people to look at: what cannot be shown is U+FFFD, at every depth.
 * @param {unknown} value @returns {unknown}
 */
export function shown(value) {
  if (typeof value === 'string') return value.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [shown(key), shown(inner)]));
}

/** @param {unknown} value @param {number} levels @returns {boolean} */
function isShallow(value, levels) {
  if (typeof value === 'number') return !Number.isInteger(value) || Math.abs(value) <= 2 ** 53;
  if (value === null || typeof value !== 'object') return true;
  return levels >= 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

/** @param {unknown} value @returns {void} */
function refuseLostValues(value) {
  const kept = value === null || ['string', 'boolean', 'object'].includes(typeof value)
    || (typeof value === 'number' && Number.isFinite(value));
  if (!kept) throw new BodyProblem('body_wrong_value');
  if (value !== null && typeof value === 'object') Object.values(value).forEach(refuseLostValues);
}
