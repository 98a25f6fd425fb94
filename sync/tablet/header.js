/**
 * The header of an operation: who did what to which record, as the exact bytes its author wrote.
 *
 * It is written once, when a note is minted, and read again wherever an operation is met. Its hash is what the chain
 * runs over. It holds no words of a person, so it outlives a redaction. Source: PROTOCOL.md 1.1.
 */
import { fromUtf8, sha256, toUtf8 } from './bytes.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {import('./ports.js').Lane} Lane */
/** @typedef {import('./ports.js').Kind} Kind */

/**
 * @typedef {object} Header
 * @property {'fieldwork-operation/1'} format
 * @property {string} operation
 * @property {string} incarnation
 * @property {string | null} person
 * @property {string} scope
 * @property {Lane} lane
 * @property {number} sequence
 * @property {string | null} previous
 * @property {string} record_type
 * @property {string} record
 * @property {Kind} kind
 * @property {string[]} base
 * @property {string} body_hash
 * @property {number} body_bytes
 * @property {string | null} device_at
 * @property {string[]} [redacts]
 * @property {string} [reason]
 */

export const FORMAT = 'fieldwork-operation/1';
export const HEADER_LIMIT_BYTES = 32_768;
export const LANES = Object.freeze(['evidence', 'vault', 'concern']);
export const REASONS = Object.freeze([
  'name_replaced', 'moved_to_lane', 'disclosure', 'consent_withdrawn', 'erasure', 'written_in_error',
]);

const KEYS = Object.freeze([
  'format', 'operation', 'incarnation', 'person', 'scope', 'lane', 'sequence', 'previous', 'record_type', 'record',
  'kind', 'base', 'body_hash', 'body_bytes', 'device_at',
]);
const REDACT_KEYS = Object.freeze([...KEYS, 'redacts', 'reason']);
const KINDS = Object.freeze(['create', 'revise', 'withdraw', 'redact']);
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID_5_OR_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-[57][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const HASH = /^[0-9a-f]{64}$/;
const IMPORT = /^import:[0-9a-f]{64}$/;
const SCOPE = /^(?:visit|review):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const RECORD_TYPE = /^[a-z_]{1,40}$/;
const DEVICE_AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A header that cannot be read. `code` is a permanent slug, the same on both sides. */
export class Unreadable extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.name = 'Unreadable';
    this.code = code;
  }
}

/**
 * The text of a header, keys in the order of the table. Throws `Unreadable` for one that could not be read back, so
 * that a mistake here is met before it is saved.
 * @param {Header} header @returns {string}
 */
export function writeHeader(header) {
  const keys = header.kind === 'redact' ? REDACT_KEYS : KEYS;
  const text = JSON.stringify(header, /** @type {string[]} */ ([...keys]));
  readHeader(toUtf8(text));
  return text;
}

/** @param {Bytes} raw @returns {Header} */
export function readHeader(raw) {
  if (raw.length > HEADER_LIMIT_BYTES) throw new Unreadable('header_too_long');
  for (const byte of raw) {
    if (byte < 0x21 || byte > 0x7e || byte === 0x5c) throw new Unreadable('header_not_ascii');
  }
  const text = fromUtf8(raw);
  /** @type {any} */
  let value;
  try {
    value = JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) throw new Unreadable('header_not_json');
    throw problem;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Unreadable('header_not_json');
  const keys = value.kind === 'redact' ? REDACT_KEYS : KEYS;
  // Without backslashes a string ends at the next quotation mark, and a colon outside of strings follows a key and nothing else; so
  // counting finds a key that comes twice.
  const outside = text.replaceAll(/"[^"]*"/g, '');
  if (outside.split(':').length - 1 !== keys.length || !keys.every((key) => Object.hasOwn(value, key))) {
    throw new Unreadable('header_wrong_keys');
  }
  // `1.0` and `1e0` are not numbers of a stream, though JSON.parse makes them 1.
  const digits = !/[.eE+-]/.test(outside.replaceAll(/true|false/g, ''));
  if (!digits || !isHeader(value)) throw new Unreadable('header_wrong_value');
  return value;
}

/** @param {string} text @returns {Promise<string>} */
export const headerHash = (text) => sha256(toUtf8(text));

/** The stream an operation belongs to, as one string. PROTOCOL.md 1.3. @param {Pick<Header, 'incarnation' | 'person' | 'scope' | 'lane'>} header */
export const streamOf = (header) => `${header.incarnation} ${header.person ?? '-'} ${header.scope} ${header.lane}`;

/** The four of a stream, from its one string. @param {string} stream */
export function streamParts(stream) {
  const [incarnation, person, scope, lane] = stream.split(' ');
  return { incarnation, person: person === '-' ? null : person, scope, lane: /** @type {Lane} */ (lane) };
}

/** @param {any} header @returns {boolean} */
function isHeader(header) {
  const imported = typeof header.incarnation === 'string' && IMPORT.test(header.incarnation);
  return header.format === FORMAT
    && matches(imported ? UUID5 : UUID7, header.operation)
    && (imported || matches(UUID4, header.incarnation))
    && (matches(UUID, header.person) || (imported && header.person === null))
    && matches(SCOPE, header.scope)
    && LANES.includes(header.lane)
    && isNumber(header.sequence, 1, Number.MAX_SAFE_INTEGER)
    && (header.sequence === 1 ? header.previous === null : matches(HASH, header.previous))
    && matches(RECORD_TYPE, header.record_type)
    && matches(UUID, header.record)
    && KINDS.includes(header.kind)
    && isIds(header.base, 0, 64) && (header.kind !== 'create' || header.base.length === 0)
    && matches(HASH, header.body_hash)
    && isNumber(header.body_bytes, 0, BODY_LIMIT_BYTES)
    && (isTime(header.device_at) || (imported && header.device_at === null))
    && (header.kind !== 'redact' || (isIds(header.redacts, 1, 500) && REASONS.includes(header.reason)));
}

/** @param {RegExp} pattern @param {unknown} value */
const matches = (pattern, value) => typeof value === 'string' && pattern.test(value);

/** A day and a time that exist. @param {unknown} value */
const isTime = (value) => matches(DEVICE_AT, value) && !Number.isNaN(Date.parse(String(value)))
  && new Date(String(value)).toISOString() === value;

/** @param {unknown} value @param {number} least @param {number} most */
const isNumber = (value, least, most) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;

/** @param {unknown} value @param {number} least @param {number} most */
const isIds = (value, least, most) => Array.isArray(value) && value.length >= least && value.length <= most
  && value.every((id) => matches(UUID_5_OR_7, id));
