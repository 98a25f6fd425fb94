/**
 * The `tojson` filter: Python's `json.dumps` with sorted keys, then made safe for a page, as Jinja2 does.
 */

import { sorted } from './comparing.js';
import { printFloat, str } from './printing.js';
import { TemplateFault, Undefined, characters, dictEntries, isDict, isFloat, isNumber, isText, numberOf, typeName, wholeNumber } from './values.js';

/** @typedef {import('./values.js').Value} Value */

/** @param {Value} value @param {Value} indent null, a number of spaces, or the text to indent with @returns {string} */
export function toJson(value, indent) {
  const margin = indent === null ? null : isText(indent) ? characters(indent) : ' '.repeat(Math.max(0, wholeNumber(indent)));
  return written(value, margin, '\n').replace(/[<>&']/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`);
}

/** @param {Value} value @param {string|null} margin @param {string} line @returns {string} */
function written(value, margin, line) {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (isText(value)) return quoted(characters(value));
  if (isNumber(value)) return isFloat(value) ? special(printFloat(numberOf(value))) : str(value);
  const inner = margin === null ? '' : line + margin;
  const between = margin === null ? ', ' : `,${inner}`;
  if (Array.isArray(value)) return wrapped('[', Array.from(value, (item) => written(item, margin, inner)), ']', inner, between, line, margin);
  if (isDict(value)) {
    const entries = sorted([...dictEntries(value)], ([key]) => key, false);
    const lines = entries.map(([key, item]) => `${quoted(keyText(key))}: ${written(item, margin, inner)}`);
    return wrapped('{', lines, '}', inner, between, line, margin);
  }
  if (value instanceof Undefined) throw new TemplateFault('type', 'an undefined value cannot become JSON');
  throw new TemplateFault('type', `${typeName(value)} cannot become JSON`);
}

/** @param {string} open @param {string[]} parts @param {string} close @param {string} inner @param {string} between @param {string} line @param {string|null} margin @returns {string} */
function wrapped(open, parts, close, inner, between, line, margin) {
  if (parts.length === 0) return open + close;
  return `${open}${inner}${parts.join(between)}${margin === null ? '' : line}${close}`;
}

/** @param {Value} key @returns {string} */
function keyText(key) {
  if (isText(key)) return characters(key);
  if (key === null) return 'null';
  if (isNumber(key)) return isFloat(key) ? printFloat(numberOf(key)) : str(key);
  throw new TemplateFault('type', `${typeName(key)} cannot be a key in JSON`);
}

/** @param {string} text @returns {string} */
function special(text) {
  return /** @type {Record<string, string>} */ ({ nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' })[text] ?? text;
}

/** @param {string} text @returns {string} a JSON string in ASCII, as Python writes it */
function quoted(text) {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
