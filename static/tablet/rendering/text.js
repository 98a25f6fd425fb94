/**
 * Text as Python counts and cuts it: by code point, with Python's idea of white space, line ends and letter case.
 *
 * A child's emoji is one character here and two in JavaScript; a page cut at 20 characters must be cut at the same place on both
 * sides. Everything takes and gives plain strings.
 */

import { titleCase } from './titlecase.js';

const SURROGATE = /[\ud800-\udfff]/;
const SPACES = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${SPACES}]+`);
const TRAILING = new RegExp(`[${SPACES}]+$`);
const ONLY_SPACE = new RegExp(`^[${SPACES}]+$`);
const SPACE_RUN = new RegExp(`[${SPACES}]+`, 'g');
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

/** How many code points. @param {string} text @returns {number} */
export function codePoints(text) {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** @param {string} text @returns {ArrayLike<string> & Iterable<string>} something to index by code point */
export function byCodePoint(text) {
  return SURROGATE.test(text) ? Array.from(text) : text;
}

/** Code points from `start` up to `stop`, both already within bounds. @param {string} text @param {number} start @param {number} [stop] @returns {string} */
export function cut(text, start, stop) {
  return SURROGATE.test(text) ? Array.from(text).slice(start, stop).join('') : text.slice(start, stop);
}

/** The position in code points of a position in UTF-16 units. @param {string} text @param {number} index @returns {number} */
export function pointIndex(text, index) {
  return index <= 0 || !SURROGATE.test(text) ? index : codePoints(text.slice(0, index));
}

/** @param {string} text @returns {boolean} */
export function isSpace(text) {
  return ONLY_SPACE.test(text);
}

/** @param {string} text @param {string|null} [chars] @returns {string} */
export function stripLeft(text, chars) {
  if (chars === null || chars === undefined) return text.replace(LEADING, '');
  const points = Array.from(text);
  let start = 0;
  while (start < points.length && chars.includes(points[start])) start += 1;
  return points.slice(start).join('');
}

/** @param {string} text @param {string|null} [chars] @returns {string} */
export function stripRight(text, chars) {
  // A regular expression anchored at the end is quadratic on long runs of space inside; walking back is not.
  if (chars === null || chars === undefined) {
    let end = text.length;
    while (end > 0 && TRAILING.test(text[end - 1])) end -= 1;
    return text.slice(0, end);
  }
  const points = Array.from(text);
  let stop = points.length;
  while (stop > 0 && chars.includes(points[stop - 1])) stop -= 1;
  return points.slice(0, stop).join('');
}

/** @param {string} text @param {string|null} [chars] @returns {string} */
export function strip(text, chars) {
  return stripRight(stripLeft(text, chars), chars);
}

/** Python's `split`: on white space when there is no separator. @param {string} text @param {string|null} separator @param {number} limit @returns {string[]} */
export function split(text, separator, limit) {
  if (separator === null) return splitOnSpace(text, limit);
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** @param {string} text @param {number} limit @returns {string[]} */
function splitOnSpace(text, limit) {
  let rest = stripLeft(text);
  /** @type {string[]} */
  const parts = [];
  while (rest !== '') {
    SPACE_RUN.lastIndex = 0;
    const gap = limit >= 0 && parts.length >= limit ? null : SPACE_RUN.exec(rest);
    if (gap === null) {
      parts.push(rest);
      break;
    }
    parts.push(rest.slice(0, gap.index));
    rest = rest.slice(gap.index + gap[0].length);
  }
  return parts;
}

/** Python's `rsplit`. @param {string} text @param {string|null} separator @param {number} limit @returns {string[]} */
export function splitRight(text, separator, limit) {
  if (limit < 0) return split(text, separator, -1);
  if (separator === null) {
    const reversed = splitOnSpace(Array.from(text).reverse().join(''), limit);
    return reversed.map((part) => Array.from(part).reverse().join('')).reverse();
  }
  const parts = text.split(separator);
  if (parts.length <= limit + 1) return parts;
  const kept = parts.length - limit;
  return [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
}

/** @param {string} text @param {boolean} [keepEnds] @returns {string[]} */
export function splitLines(text, keepEnds = false) {
  /** @type {string[]} */
  const lines = [];
  let start = 0;
  for (const end of text.matchAll(LINE_END)) {
    lines.push(text.slice(start, end.index + (keepEnds ? end[0].length : 0)));
    start = end.index + end[0].length;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** Python's `replace`, at most `count` times where it is not negative. @param {string} text @param {string} old @param {string} by @param {number} count @returns {string} */
export function replaced(text, old, by, count) {
  if (old === '') {
    const points = Array.from(text);
    const gaps = count < 0 ? points.length + 1 : Math.min(count, points.length + 1);
    return points.map((point, i) => (i < gaps ? by : '') + point).join('') + (gaps > points.length ? by : '');
  }
  return count < 0 ? text.replaceAll(old, () => by) : replacedLimited(text, old, by, count);
}

/** @param {string} text @param {string} old @param {string} by @param {number} count @returns {string} */
function replacedLimited(text, old, by, count) {
  const parts = text.split(old);
  const changed = Math.min(count, parts.length - 1);
  return parts.slice(0, changed + 1).join(by) + parts.slice(changed + 1).map((part) => old + part).join('');
}

/** Python's `center`, odd spaces on the side that Python chooses. @param {string} text @param {number} width @param {string} fill @returns {string} */
export function centred(text, width, fill) {
  const space = width - codePoints(text);
  if (space <= 0) return text;
  const left = Math.floor(space / 2) + (space & width & 1);
  return fill.repeat(left) + text + fill.repeat(space - left);
}

/** Python's `str.capitalize`. @param {string} text @returns {string} */
export function capitalized(text) {
  if (text === '') return '';
  const first = String.fromCodePoint(/** @type {number} */ (text.codePointAt(0)));
  return titleCase(first) + text.toLowerCase().slice(first.toLowerCase().length);
}

const CASED = /[\p{Lowercase}\p{Uppercase}\p{Lt}]/u;

/** Python's `str.title`: a capital after everything that is not a letter with case. @param {string} text @returns {string} */
export function titled(text) {
  // A sigma at the end of a word has its own small letter, so the whole text is made small to see it. Of all capitals only the
  // dotted one grows when it is made small; without it positions stay the same.
  const small = text.replaceAll('\u0130', 'I').toLowerCase();
  let written = '';
  let inWord = false;
  let at = 0;
  for (const character of text) {
    const lower = character === '\u03a3' ? small[at] : character.toLowerCase();
    written += inWord ? lower : titleCase(character);
    inWord = CASED.test(character);
    at += character.length;
  }
  return written;
}

/** @param {string} text @returns {boolean} */
export function isLower(text) {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

/** @param {string} text @returns {boolean} */
export function isUpper(text) {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}
