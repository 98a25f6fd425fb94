/**
 * The methods of text that a template may call: `name.upper()`, `', '.join(names)`, `'{}'.format(x)`.
 *
 * Each works on plain strings. On markup the result is markup again and the arguments that go into it are escaped, as in
 * MarkupSafe. A method of Python's that is not here is refused by name, so that it never looks like a missing key.
 */

import { format } from './format_method.js';
import { escape, softStr } from './printing.js';
import { isSpace, byCodePoint, capitalized, centred, codePoints, cut, isLower, isUpper, pointIndex, replaced, split, splitLines, splitRight, strip, stripLeft, stripRight, titled } from './text.js';
import { Markup, TemplateFault, Tuple, Undefined, characters, isText, tuple, typeName, wholeNumber } from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {(text: string, ...args: Value[]) => Value} TextMethod */

/** The characters of an argument that must be text. @param {Value} value @returns {string} */
function needText(value) {
  if (value instanceof Undefined) value.fail();
  if (!isText(value)) throw new TemplateFault('type', `text is needed here, not ${typeName(value)}`);
  return characters(value);
}

/** @param {Value} value @returns {string|null} */
const textOrNone = (value) => (value === null || value === undefined ? null : needText(value));
/** @param {Value} value @param {number} otherwise @returns {number} */
const whole = (value, otherwise) => (value === undefined ? otherwise : wholeNumber(value));
/** @param {Value} value @returns {string} */
const fillCharacter = (value) => {
  const fill = value === undefined ? ' ' : needText(value);
  if (codePoints(fill) !== 1) throw new TemplateFault('type', 'the fill character must be exactly one character long');
  return fill;
};
/** @param {Value} value @returns {string} a separator, never empty */
const separator = (value) => {
  const text = needText(value);
  if (text === '') throw new TemplateFault('value', 'empty separator');
  return text;
};

/** @param {string} text @param {Value} [from] @param {Value} [to] @returns {{start: number, part: string, outside: boolean}} */
function window(text, from, to) {
  const length = codePoints(text);
  const bound = (/** @type {Value} */ value, /** @type {number} */ otherwise) => {
    if (value === undefined || value === null) return otherwise;
    const index = wholeNumber(value);
    return index < 0 ? Math.max(0, index + length) : index;
  };
  const start = bound(from, 0);
  const stop = Math.min(bound(to, length), length);
  return { start, part: start < stop ? cut(text, start, stop) : '', outside: start > length || start > stop };
}

/** @param {string} text @param {Value} sought @param {Value} from @param {Value} to @param {'indexOf'|'lastIndexOf'} direction @returns {number} */
function find(text, sought, from, to, direction) {
  const { start, part, outside } = window(text, from, to);
  const at = outside ? -1 : pointIndex(part, part[direction](needText(sought)));
  return at < 0 ? -1 : at + start;
}

/** @param {number} at @returns {number} */
function found(at) {
  if (at < 0) throw new TemplateFault('value', 'substring not found');
  return at;
}

/** @param {string} text @param {Value} ends @param {Value} from @param {Value} to @param {'startsWith'|'endsWith'} side @returns {boolean} */
function touches(text, ends, from, to, side) {
  const { part, outside } = window(text, from, to);
  const several = Array.isArray(ends) ? ends : [ends];
  return several.some((end) => part[side](needText(end)) && !outside);
}

/** @param {string} text @param {string} by @param {number} index @returns {Value[]} */
const around = (text, by, index) => [text.slice(0, index), by, text.slice(index + by.length)];

/** @type {Record<string, TextMethod>} */
const PLAIN = {
  capitalize: (text) => capitalized(text),
  center: (text, width, fill) => centred(text, wholeNumber(width), fillCharacter(fill)),
  count: (text, sought, from, to) => {
    const { part, outside } = window(text, from, to);
    const needle = needText(sought);
    if (outside) return 0;
    return needle === '' ? codePoints(part) + 1 : part.split(needle).length - 1;
  },
  endswith: (text, ends, from, to) => touches(text, ends, from, to, 'endsWith'),
  find: (text, sought, from, to) => find(text, sought, from, to, 'indexOf'),
  index: (text, sought, from, to) => found(find(text, sought, from, to, 'indexOf')),
  isalnum: (text) => /^[\p{L}\p{N}]+$/u.test(text),
  isalpha: (text) => /^\p{L}+$/u.test(text),
  isascii: (text) => /^[\0-\x7f]*$/.test(text),
  isdecimal: (text) => /^\p{Nd}+$/u.test(text),
  islower: (text) => isLower(text),
  isspace: (text) => isSpace(text),
  isupper: (text) => isUpper(text),
  ljust: (text, width, fill) => text + fillCharacter(fill).repeat(Math.max(0, wholeNumber(width) - codePoints(text))),
  lower: (text) => text.toLowerCase(),
  lstrip: (text, chars) => stripLeft(text, textOrNone(chars)),
  partition: (text, by) => {
    const at = text.indexOf(separator(by));
    return at < 0 ? tuple([text, '', '']) : tuple(around(text, needText(by), at));
  },
  removeprefix: (text, prefix) => (text.startsWith(needText(prefix)) ? text.slice(needText(prefix).length) : text),
  removesuffix: (text, suffix) => {
    const end = needText(suffix);
    return end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text;
  },
  replace: (text, old, by, count) => replaced(text, needText(old), needText(by), whole(count, -1)),
  rfind: (text, sought, from, to) => find(text, sought, from, to, 'lastIndexOf'),
  rindex: (text, sought, from, to) => found(find(text, sought, from, to, 'lastIndexOf')),
  rjust: (text, width, fill) => fillCharacter(fill).repeat(Math.max(0, wholeNumber(width) - codePoints(text))) + text,
  rpartition: (text, by) => {
    const at = text.lastIndexOf(separator(by));
    return at < 0 ? tuple(['', '', text]) : tuple(around(text, needText(by), at));
  },
  rsplit: (text, by, limit) => splitRight(text, by === undefined || by === null ? null : separator(by), whole(limit, -1)),
  rstrip: (text, chars) => stripRight(text, textOrNone(chars)),
  split: (text, by, limit) => split(text, by === undefined || by === null ? null : separator(by), whole(limit, -1)),
  splitlines: (text, keepEnds) => splitLines(text, Boolean(keepEnds)),
  startswith: (text, starts, from, to) => touches(text, starts, from, to, 'startsWith'),
  strip: (text, chars) => strip(text, textOrNone(chars)),
  title: (text) => titled(text),
  upper: (text) => text.toUpperCase(),
  zfill: (text, width) => {
    const zeros = '0'.repeat(Math.max(0, wholeNumber(width) - codePoints(text)));
    return /^[+-]/.test(text) ? text[0] + zeros + text.slice(1) : zeros + text;
  },
};

/** Keyword names that Python allows, by method. */
const KEYWORDS = /** @type {Record<string, string[]>} */ ({
  split: ['sep', 'maxsplit'],
  rsplit: ['sep', 'maxsplit'],
  splitlines: ['keepends'],
});
/** The fewest and the most arguments that Python takes. */
const ARITY = /** @type {Record<string, [number, number]>} */ ({
  center: [1, 2], count: [1, 3], endswith: [1, 3], find: [1, 3], index: [1, 3], ljust: [1, 2], lstrip: [0, 1], partition: [1, 1],
  removeprefix: [1, 1], removesuffix: [1, 1], replace: [2, 3], rfind: [1, 3], rindex: [1, 3], rjust: [1, 2], rpartition: [1, 1],
  rsplit: [0, 2], rstrip: [0, 1], split: [0, 2], splitlines: [0, 1], startswith: [1, 3], strip: [0, 1], zfill: [1, 1],
});
/** Arguments that markup escapes before they go in: method to position. */
const ESCAPED = /** @type {Record<string, number>} */ ({ replace: 1, ljust: 1, rjust: 1, center: 1 });

/** Names that Python's text has and the dialect does not; `attr` refuses them. */
export const REFUSED = new Set(['casefold', 'encode', 'expandtabs', 'format_map', 'isdigit', 'isidentifier', 'isnumeric', 'isprintable', 'istitle', 'maketrans', 'translate', 'striptags', 'swapcase', 'unescape', 'escape']);

/** @param {string} name @returns {boolean} */
export function isTextMethod(name) {
  return Object.hasOwn(PLAIN, name) || name === 'join' || name === 'format';
}

/** Runs one method. @param {Value} text @param {string} name @param {Value[]} args @param {Record<string, Value>} keywords @returns {Value} */
export function callTextMethod(text, name, args, keywords) {
  if (name === 'format') return format(text, args, keywords);
  if (name === 'join') return join(text, args);
  const given = [...args];
  for (const [key, value] of Object.entries(keywords)) {
    const position = KEYWORDS[name]?.indexOf(key) ?? -1;
    if (position < 0 || given[position] !== undefined) throw new TemplateFault('type', `${name}() takes no keyword argument '${key}'`);
    given[position] = value;
  }
  const [fewest, most] = ARITY[name] ?? [0, 0];
  if (given.length < fewest || given.length > most) throw new TemplateFault('type', `${name}() was called with ${given.length} arguments`);
  if (typeof text === 'string') return PLAIN[name](text, ...given);
  const position = ESCAPED[name];
  if (position !== undefined && given[position] !== undefined) given[position] = escape(given[position]).text;
  return asMarkup(PLAIN[name](text.text, ...given));
}

/** @param {Value} result @returns {Value} */
function asMarkup(result) {
  if (typeof result === 'string') return new Markup(result);
  if (!Array.isArray(result)) return result;
  const parts = Array.from(result, (part) => new Markup(part));
  return result instanceof Tuple ? tuple(parts) : parts;
}

/** @param {Value} glue @param {Value[]} args @returns {Value} */
function join(glue, args) {
  if (args.length !== 1) throw new TemplateFault('type', 'join() takes exactly one argument');
  const [parts] = args;
  if (parts instanceof Undefined) parts.soften();
  if (parts === null || typeof parts !== 'object' && !isText(parts)) throw new TemplateFault('type', 'can only join an iterable');
  const items = parts instanceof Undefined ? [] : [...(isText(parts) ? byList(characters(parts)) : parts[Symbol.iterator] ? parts : Object.keys(parts))];
  if (glue instanceof Markup) return new Markup(items.map((item) => escape(item).text).join(glue.text));
  return items.map(needText).join(glue);
}

/** @param {string} text @returns {string[]} */
function byList(text) {
  return Array.from(byCodePoint(text));
}

/** The text of a value for filters that begin with Python's `soft_str(value)`. @param {Value} value @param {string} name @param {...Value} args @returns {Value} */
export function onSoftText(value, name, ...args) {
  return callTextMethod(softStr(value), name, args, {});
}
