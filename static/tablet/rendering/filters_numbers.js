/**
 * Filters over numbers, and `default`, which makes one value out of two.
 */

import { truth } from './comparing.js';
import { fixed, roundFloat, roundWhole } from './numbers.js';
import { strip } from './text.js';
import { TemplateFault, Undefined, characters, exact, float, isFloat, isNumber, isText, numberOf, typeName, wholeNumber } from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {import('./filters.js').FilterEntry} FilterEntry */

const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;

/** Python's `float(text)`. @param {string} text @returns {number|null} null where Python raises ValueError */
function parseFloatText(text) {
  const trimmed = strip(text);
  const named = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  if (named) {
    const size = named[2].toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
    return named[1] === '-' ? -size : size;
  }
  return FLOAT.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : null;
}

/** @type {Record<number, RegExp>} */
const DIGITS = {
  2: /^[+-]?(?:0b_?)?[01]+(?:_[01]+)*$/i,
  8: /^[+-]?(?:0o_?)?[0-7]+(?:_[0-7]+)*$/i,
  10: /^[+-]?\d+(?:_\d+)*$/,
  16: /^[+-]?(?:0x_?)?[\da-f]+(?:_[\da-f]+)*$/i,
};

/** Python's `int(text, base)`. @param {string} text @param {number} base @returns {number|null} null where Python raises ValueError */
function parseWhole(text, base) {
  const trimmed = strip(text);
  const pattern = DIGITS[base];
  if (pattern === undefined) throw new TemplateFault('value', `int() with base ${base} is not part of the dialect`);
  if (!pattern.test(trimmed)) return null;
  const digits = trimmed.replaceAll('_', '').replace(/^([+-]?)0[box]/i, '$1');
  return exact(Number.parseInt(digits, base));
}

/** @param {Value} value @param {Value} otherwise @param {Value} base @returns {Value} */
function toWhole(value, otherwise, base) {
  if (value instanceof Undefined) value.fail();
  if (isText(value)) {
    const whole = parseWhole(characters(value), wholeNumber(base));
    if (whole !== null) return whole;
    const floating = parseFloatText(characters(value));
    return floating === null || !Number.isFinite(floating) ? otherwise : exact(Math.trunc(floating));
  }
  if (!isNumber(value)) return otherwise;
  const number = numberOf(value);
  if (Number.isNaN(number)) return otherwise;
  if (!Number.isFinite(number)) throw new TemplateFault('overflow', 'cannot convert infinity to a whole number');
  return exact(Math.trunc(number));
}

/** @param {Value} value @param {Value} otherwise @returns {Value} */
function toFloat(value, otherwise) {
  if (value instanceof Undefined) value.fail();
  const parsed = isText(value) ? parseFloatText(characters(value)) : isNumber(value) ? numberOf(value) : null;
  return parsed === null ? otherwise : float(parsed);
}

/** @param {Value} value @param {Value} precision @param {Value} method @returns {Value} */
function round(value, precision, method) {
  if (!['common', 'ceil', 'floor'].includes(method)) throw new TemplateFault('runtime', 'method must be common, ceil or floor');
  if (!isNumber(value)) throw new TemplateFault(value instanceof Undefined && method !== 'common' ? 'undefined' : 'type', `${typeName(value)} cannot be rounded`);
  const places = wholeNumber(precision);
  const number = numberOf(value);
  if (method === 'common') return isFloat(value) ? float(roundFloat(number, places)) : roundWhole(number, places);
  const scale = 10 ** places;
  // Python's ceil and floor give whole numbers, which have no negative zero.
  return float(((method === 'ceil' ? Math.ceil(number * scale) : Math.floor(number * scale)) + 0) / scale);
}

/** @param {Value} value @param {Value} binary @returns {string} */
function filesize(value, binary) {
  const parsed = toFloat(value, null);
  if (parsed === null) throw new TemplateFault(isText(value) ? 'value' : 'type', 'could not convert to a number of bytes');
  const bytes = numberOf(parsed);
  const isBinary = truth(binary);
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
  const at = units.findIndex((_, i) => bytes < base ** (i + 2));
  const index = at < 0 ? units.length - 1 : at;
  const letter = isBinary ? `${units[index].toUpperCase()}iB` : `${units[index]}B`;
  return `${fixed((base * bytes) / base ** (index + 2), 1)} ${letter}`;
}

/** @type {Record<string, FilterEntry>} */
export const NUMBER_FILTERS = {
  abs: {
    parameters: [],
    run: (_c, _r, value) => {
      if (!isNumber(value)) throw new TemplateFault('type', `${typeName(value)} has no absolute value`);
      return isFloat(value) ? float(Math.abs(numberOf(value))) : Math.abs(numberOf(value));
    },
  },
  default: {
    parameters: ['default_value', 'boolean'],
    run: (_c, _r, value, otherwise = '', boolean = false) => (value instanceof Undefined || (truth(boolean) && !truth(value)) ? otherwise : value),
  },
  filesizeformat: { parameters: ['binary'], run: (_c, _r, value, binary = false) => filesize(value, binary) },
  float: { parameters: ['default'], run: (_c, _r, value, otherwise = float(0)) => toFloat(value, otherwise) },
  int: { parameters: ['default', 'base'], run: (_c, _r, value, otherwise = 0, base = 10) => toWhole(value, otherwise, base) },
  round: { parameters: ['precision', 'method'], run: (_c, _r, value, precision = 0, method = 'common') => round(value, precision, method) },
};
NUMBER_FILTERS.d = NUMBER_FILTERS.default;
