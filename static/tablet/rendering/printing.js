/**
 * How a value becomes characters on the page: Python's `str()` and `repr()`, and MarkupSafe's escaping, to the byte.
 *
 * An inspector must read the same sentence on the tablet and at the office. Apostrophes become `&#39;` and quotes `&#34;`
 * because MarkupSafe writes them so. Nothing here knows about templates.
 */

import { DictView, Float, Markup, Namespace, Range, Stream, TemplateFault, Tuple, Undefined, dictEntries, isDict } from './values.js';

/** @typedef {import('./values.js').Value} Value */

const SPECIAL = /[&<>"']/;
const ALL_SPECIAL = /[&<>"']/g;
/** @type {Record<string, string>} */
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

/** @param {string} text @returns {string} */
export function escapeText(text) {
  return SPECIAL.test(text) ? text.replace(ALL_SPECIAL, (character) => ENTITIES[character]) : text;
}

/** What `{{ value }}` prints where autoescape is on. @param {Value} value @returns {string} */
export function printEscaped(value) {
  if (typeof value === 'string') return escapeText(value);
  if (value instanceof Markup) return value.text;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (isMarkupLike(value)) return value.toMarkup().text;
  return escapeText(str(value));
}

/** MarkupSafe's `escape`. @param {Value} value @returns {Markup} */
export function escape(value) {
  return value instanceof Markup ? value : new Markup(printEscaped(value));
}

/** Whether a value knows its own markup, as an imported template does. @param {Value} value @returns {boolean} */
export function isMarkupLike(value) {
  return value !== null && typeof value === 'object' && typeof value.toMarkup === 'function';
}

/** Whether Python would find `__html__` on it. @param {Value} value @returns {boolean} */
export function hasHtml(value) {
  return value instanceof Markup || isMarkupLike(value);
}

/** MarkupSafe's `soft_str`: text stays what it is, everything else is printed. @param {Value} value @returns {string|Markup} */
export function softStr(value) {
  return typeof value === 'string' || value instanceof Markup ? value : str(value);
}

/** Python's `str()`. @param {Value} value @returns {string} */
export function str(value) {
  if (typeof value === 'string') return value;
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined) {
    value.soften();
    return '';
  }
  if (isMarkupLike(value)) return value.toMarkup().text;
  return repr(value);
}

/** Python's `repr()`. @param {Value} value @returns {string} */
export function repr(value) {
  if (value === null) return 'None';
  switch (typeof value) {
    case 'string':
      return reprText(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return printNumber(value);
    default:
  }
  if (value instanceof Markup) return `Markup(${reprText(value.text)})`;
  if (value instanceof Float) return printFloat(value.value);
  if (value instanceof Tuple) return value.length === 1 ? `(${repr(value[0])},)` : `(${listed(value)})`;
  if (Array.isArray(value)) return `[${listed(value)}]`;
  if (isDict(value)) return `{${[...dictEntries(value)].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`;
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Range) return `range(${value.start}, ${value.stop}${value.step === 1 ? '' : `, ${value.step}`})`;
  if (value instanceof DictView) return `${value.kind}([${listed([...value])}])`;
  if (value instanceof Namespace) return `<Namespace ${repr(value.attributes)}>`;
  if (value instanceof Stream) throw new TemplateFault('type', 'a filter such as map gives values one by one: add |list to print them');
  if (typeof value?.printed === 'string') return value.printed;
  throw new TemplateFault('type', 'this value has no printed form on the tablet');
}

/** @param {Value[]} items @returns {string} */
function listed(items) {
  return Array.from(items, repr).join(', ');
}

/** @param {number} value @returns {string} */
function printNumber(value) {
  if (Number.isSafeInteger(value)) return String(value);
  if (Number.isInteger(value)) throw new TemplateFault('overflow', 'a whole number is larger than JavaScript holds exactly');
  return printFloat(value);
}

/** Python's `repr()` of a float: the shortest digits that read back, exponent below 1e-4 and from 1e16. @param {number} value @returns {string} */
export function printFloat(value) {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [mantissa, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  if (power < -4 || power >= 16) {
    const rest = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${rest}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  return `${sign}${whole}.${digits.slice(power + 1) || '0'}`;
}

const NOT_PRINTABLE = /[\p{C}\p{Z}]/u;
/** @type {Record<string, string>} */
const SHORT_ESCAPES = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** @param {string} text @returns {string} */
function reprText(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let written = quote;
  for (const character of text) {
    const code = /** @type {number} */ (character.codePointAt(0));
    if (character === quote) written += `\\${character}`;
    else if (SHORT_ESCAPES[character]) written += SHORT_ESCAPES[character];
    else if (character === ' ' || !NOT_PRINTABLE.test(character)) written += character;
    else if (code < 0x100) written += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code < 0x10000) written += `\\u${code.toString(16).padStart(4, '0')}`;
    else written += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return written + quote;
}
