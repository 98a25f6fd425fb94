/**
 * New-style formatting: `'{} of {total}'.format(2, total=3)`, for text and for markup.
 *
 * The GOV.UK components build attributes with it. Markup escapes every argument as it goes in. Fields may look into dicts and
 * lists with `{0[key]}`; attributes of objects are not part of the dialect.
 */

import { grouped } from './numbers.js';
import { floating } from './percent.js';
import { escape, repr, str } from './printing.js';
import { codePoints } from './text.js';
import { Markup, TemplateFault, Undefined, dictGet, isDict, isFloat, isNumber, missing, numberOf, typeName } from './values.js';

/** @typedef {import('./values.js').Value} Value */

const PART = /\{\{|\}\}|\{(?<name>[^{}\[!:.]*)(?<path>(?:\[[^\]]*\])*)(?:!(?<conversion>[rs]))?(?::(?<spec>[^{}]*))?\}|[{}]/g;
const SPEC = /^(?:(?<fill>[\s\S])?(?<align>[<>=^]))?(?<sign>[+\- ])?(?<zero>0)?(?<width>\d+)?(?<group>[,_])?(?:\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$/u;

/** @param {Value} template text or markup @param {Value[]} args @param {Record<string, Value>} keywords @returns {Value} */
export function format(template, args, keywords) {
  const isMarkup = template instanceof Markup;
  let automatic = 0;
  const written = (isMarkup ? template.text : template).replace(PART, (/** @type {any[]} */ ...match) => {
    const whole = match[0];
    if (whole === '{{' || whole === '}}') return whole[0];
    if (whole === '{' || whole === '}') throw new TemplateFault('value', `single '${whole}' in a format string`);
    const { name, path, conversion, spec } = match[match.length - 1];
    let value = name === '' ? pick(args, (automatic += 1) - 1) : /^\d+$/.test(name) ? pick(args, Number(name)) : keyword(keywords, name);
    for (const [, key] of path.matchAll(/\[([^\]]*)\]/g)) value = inside(value, key);
    if (conversion === 'r') value = repr(value);
    if (conversion === 's') value = str(value);
    if (isMarkup && value instanceof Markup) {
      if (spec) throw new TemplateFault('value', 'markup takes no format specification');
      return value.text;
    }
    const body = formatted(value, spec ?? '');
    return isMarkup ? escape(body).text : body;
  });
  return isMarkup ? new Markup(written) : written;
}

/** @param {Value[]} args @param {number} index @returns {Value} */
function pick(args, index) {
  if (index >= args.length) throw new TemplateFault('index', 'the format string asks for more arguments than are given');
  return args[index];
}

/** @param {Record<string, Value>} keywords @param {string} name @returns {Value} */
function keyword(keywords, name) {
  if (!Object.hasOwn(keywords, name)) throw new TemplateFault('key', name);
  return keywords[name];
}

/** @param {Value} value @param {string} key @returns {Value} */
function inside(value, key) {
  if (value instanceof Undefined) value.fail();
  const found = isDict(value) ? dictGet(value, /^\d+$/.test(key) ? Number(key) : key) : Array.isArray(value) ? (value[Number(key)] ?? missing) : missing;
  if (found === missing) throw new TemplateFault(Array.isArray(value) ? 'index' : 'key', key);
  return found;
}

/** Python's `format(value, spec)`. @param {Value} value @param {string} spec @returns {string} */
function formatted(value, spec) {
  if (spec === '') return str(value);
  const parts = SPEC.exec(spec)?.groups;
  if (!parts) throw new TemplateFault('value', `invalid format specification '${spec}'`);
  const isWords = typeof value === 'string' || value instanceof Markup;
  if (!isWords && !isNumber(value)) throw new TemplateFault('type', `${typeName(value)} takes no format specification`);
  const body = isWords ? words(str(value), parts) : signed(value, parts);
  return aligned(body, parts, isWords);
}

/** @param {string} text @param {Record<string, string>} parts @returns {string} */
function words(text, parts) {
  if ((parts.type && parts.type !== 's') || parts.sign || parts.group || parts.align === '=') {
    throw new TemplateFault('value', 'a format for numbers was given text');
  }
  return parts.precision === undefined ? text : Array.from(text).slice(0, Number(parts.precision)).join('');
}

/** @param {Value} value @param {Record<string, string>} parts @returns {string} */
function signed(value, parts) {
  const number = numberOf(value);
  const digits = unsigned(value, Math.abs(number), parts);
  if (number < 0 || Object.is(number, -0)) return `-${digits}`;
  return (parts.sign === '+' || parts.sign === ' ' ? parts.sign : '') + digits;
}

/** @param {Value} value @param {number} size @param {Record<string, string>} parts @returns {string} */
function unsigned(value, size, parts) {
  const { type, precision, group } = parts;
  const separate = (/** @type {string} */ digits) => (group ? grouped(digits, group) : digits);
  if (!isFloat(value) && (type === undefined || type === 'd' || type === 'n')) {
    if (precision !== undefined) throw new TemplateFault('value', 'precision is not allowed for whole numbers');
    return separate(String(size));
  }
  if (!isFloat(value) && type && 'xXbo'.includes(type)) {
    const digits = size.toString({ x: 16, X: 16, b: 2, o: 8 }[/** @type {'x'} */ (type)]);
    return type === 'X' ? digits.toUpperCase() : digits;
  }
  if (type === '%') return `${separate(floating(size * 100, 'f', Number(precision ?? 6)))}%`;
  if (type && 'fFeEgG'.includes(type)) {
    const text = separate(floating(size, type.toLowerCase(), Number(precision ?? 6)));
    return type === type.toLowerCase() ? text : text.toUpperCase();
  }
  if (type === undefined && precision === undefined) return separate(str(size === numberOf(value) ? value : -numberOf(value)));
  throw new TemplateFault('value', `the format '${type ?? ''}' is not part of the dialect for ${typeName(value)}`);
}

/** @param {string} body @param {Record<string, string>} parts @param {boolean} isWords @returns {string} */
function aligned(body, parts, isWords) {
  const width = Number(parts.width ?? 0);
  const space = width - codePoints(body);
  if (space <= 0) return body;
  const fill = parts.fill ?? (parts.zero ? '0' : ' ');
  const align = parts.align ?? (parts.zero && !isWords ? '=' : isWords ? '<' : '>');
  if (align === '<') return body + fill.repeat(space);
  if (align === '>') return fill.repeat(space) + body;
  if (align === '^') return fill.repeat(Math.floor(space / 2)) + body + fill.repeat(space - Math.floor(space / 2));
  const sign = /^[+\- ]?/.exec(body)?.[0] ?? '';
  return sign + fill.repeat(space) + body.slice(sign.length);
}
