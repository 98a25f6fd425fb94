/**
 * Old-style formatting: `'%s of %d' % (a, b)`, and the `format` filter that is built on it.
 *
 * With markup on the left every argument is escaped as it goes in; that is why an escaping function comes with the call.
 */

import { fixed, general, scientific } from './numbers.js';
import { repr, str } from './printing.js';
import { codePoints } from './text.js';
import {
  TemplateFault, Tuple, Undefined, characters, dictGet, isDict, isFloat, isNumber, isText, missing, numberOf, typeName,
} from './values.js';

/** @typedef {import('./values.js').Value} Value */

const FIELD = /%(?:\((?<key>[^)]*)\))?(?<flags>[#0\- +]*)(?<width>\*|\d+)?(?:\.(?<precision>\*|\d+)?)?[hlL]?(?<type>[\s\S])?/g;

/**
 * @param {string} template @param {Value} values a tuple, a dict, or one value
 * @param {((part: Value) => string) | null} escape how a printed argument is escaped, for markup
 * @returns {string}
 */
export function compileFormat(template, values, escape) {
  const several = values instanceof Tuple ? values : null;
  let used = 0;
  const next = () => {
    if (several === null && used === 0) {
      used = 1;
      return values;
    }
    if (several === null || used >= several.length) throw new TemplateFault('type', 'not enough arguments for format string');
    used += 1;
    return several[used - 1];
  };
  const written = template.replace(FIELD, (...match) => {
    const { key, flags, width, precision, type } = match[match.length - 1];
    if (type === undefined) throw new TemplateFault('value', 'incomplete format');
    if (type === '%') return '%';
    if (key !== undefined && !isDict(values)) throw new TemplateFault('type', 'format requires a mapping');
    const wide = width === '*' ? Number(next()) : Number(width ?? 0);
    const places = precision === '*' ? Number(next()) : precision === undefined && !match[0].includes('.') ? null : Number(precision ?? 0);
    const value = key === undefined ? next() : entry(values, key);
    const body = field(value, type, flags, places, escape);
    return pad(body, wide, flags, 'diufFeEgGxXo'.includes(type));
  });
  const mapping = isDict(values) || (values !== null && typeof values === 'object' && Array.isArray(values) && several === null);
  if (several !== null ? used < several.length : used === 0 && !mapping) {
    throw new TemplateFault('type', 'not all arguments converted during string formatting');
  }
  return written;
}

/** @param {Value} dict @param {string} key @returns {Value} */
function entry(dict, key) {
  const value = dictGet(dict, key);
  if (value === missing) throw new TemplateFault('key', key);
  return value;
}

/**
 * @param {Value} value @param {string} type @param {string} flags @param {number|null} places
 * @param {((part: Value) => string) | null} escape @returns {string}
 */
function field(value, type, flags, places, escape) {
  if (type === 's') return cut(escape ? escape(value) : str(value), places);
  if (type === 'r') return cut(escape ? escape(repr(value)) : repr(value), places);
  if (type === 'c') return oneCharacter(value);
  if (!'diufFeEgGxXo'.includes(type)) throw new TemplateFault('value', `unsupported format character '${type}'`);
  if (value instanceof Undefined) value.fail();
  if (!isNumber(value)) throw new TemplateFault('type', `%${type} format: a number is required, not ${typeName(value)}`);
  return withSign(numeric(numberOf(value), isFloat(value), type, flags, places), flags);
}

/** @param {number} number @param {boolean} isFloating @param {string} type @param {string} flags @param {number|null} places @returns {string} */
function numeric(number, isFloating, type, flags, places) {
  const upper = type !== type.toLowerCase();
  if ('xXo'.includes(type)) {
    if (isFloating) throw new TemplateFault('type', `%${type} format: an integer is required, not float`);
    const prefix = flags.includes('#') ? `0${type}` : '';
    const digits = Math.abs(number).toString(type === 'o' ? 8 : 16).padStart(places ?? 0, '0');
    return `${number < 0 ? '-' : ''}${prefix}${upper ? digits.toUpperCase() : digits}`;
  }
  if ('diu'.includes(type)) {
    if (!Number.isFinite(number)) throw new TemplateFault(Number.isNaN(number) ? 'value' : 'overflow', 'cannot convert to a whole number');
    const whole = Math.trunc(number);
    return `${whole < 0 ? '-' : ''}${String(Math.abs(whole)).padStart(places ?? 0, '0')}`;
  }
  const text = !Number.isFinite(number) ? printSpecial(number) : floating(number, type.toLowerCase(), places ?? 6);
  return upper ? text.toUpperCase() : text;
}

/** @param {number} number @returns {string} */
function printSpecial(number) {
  if (Number.isNaN(number)) return 'nan';
  return number > 0 ? 'inf' : '-inf';
}

/** @param {number} number @param {string} type @param {number} places @returns {string} */
export function floating(number, type, places) {
  if (type === 'f') return fixed(number, places);
  return type === 'e' ? scientific(number, places) : general(number, places);
}

/** @param {string} text @param {string} flags @returns {string} */
function withSign(text, flags) {
  if (text.startsWith('-')) return text;
  if (flags.includes('+')) return `+${text}`;
  return flags.includes(' ') ? ` ${text}` : text;
}

/** @param {string} text @param {number} width @param {string} flags @param {boolean} isNumeric @returns {string} */
function pad(text, width, flags, isNumeric) {
  const space = width - codePoints(text);
  if (space <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(space);
  if (!isNumeric || !flags.includes('0') || /[a-z]{3}$/i.test(text)) return ' '.repeat(space) + text;
  const sign = /^[+\- ]?(0[xXo])?/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(space) + text.slice(sign.length);
}

/** @param {string} text @param {number|null} places @returns {string} */
function cut(text, places) {
  return places === null ? text : Array.from(text).slice(0, places).join('');
}

/** @param {Value} value @returns {string} */
function oneCharacter(value) {
  if (isText(value) && codePoints(characters(value)) === 1) return characters(value);
  if (isNumber(value) && !isFloat(value)) return String.fromCodePoint(numberOf(value));
  throw new TemplateFault('type', '%c requires a whole number or one character');
}
