/**
 * Where words stand in a text: code points, which are kept, and UTF-16 units, which a browser counts in.
 *
 * The only arithmetic on positions on this side; `fieldwork/domain/text.py` does the same at the office, and
 * `sync/vectors/positions.json` holds both to the same answers. A chosen passage grows to whole grapheme clusters, so that no
 * accent, flag or hand is cut in two (design 7).
 */

export const CONTEXT_CP = 32;

/** @typedef {{start_cp: number, end_cp: number, quote: string, before: string, after: string}} Passage */

/** The words do not stand at the given positions. */
export class NotThere extends Error {}

/** What a database and a page can hold of a text, letter for letter. @param {string} text @returns {string} */
export const shown = (text) => text.replaceAll(/\p{Surrogate}|\0/gu, '\uFFFD');

/** @param {string} text @returns {number} */
export const lengthCp = (text) => [...text].length;

/** @param {string} text @param {number} units @returns {number} the code points before this many UTF-16 units */
export const toCodePoints = (text, units) => lengthCp(text.slice(0, units));

/** @param {string} text @param {number} at_cp @returns {number} the UTF-16 units before this many code points */
export function toUnits(text, at_cp) {
  let units = 0;
  let count = 0;
  for (const letter of text) {
    if (count >= at_cp) break;
    units += letter.length;
    count += 1;
  }
  return units;
}

/** The passage from `start_cp` up to but not including `end_cp`. Throws `NotThere`. @param {string} text @param {number} start_cp @param {number} end_cp @returns {Passage} */
export function passage(text, start_cp, end_cp) {
  const letters = [...text];
  const whole = Number.isSafeInteger(start_cp) && Number.isSafeInteger(end_cp);
  if (!whole || start_cp < 0 || start_cp >= end_cp || end_cp > letters.length) throw new NotThere(`${start_cp} to ${end_cp} of ${letters.length}`);
  const cut = (/** @type {number} */ from, /** @type {number} */ to) => letters.slice(from, to).join('');
  return {
    start_cp, end_cp, quote: cut(start_cp, end_cp),
    before: cut(Math.max(0, start_cp - CONTEXT_CP), start_cp), after: cut(end_cp, end_cp + CONTEXT_CP),
  };
}

/** Grow to whole grapheme clusters. Units in, units out. @param {string} text @param {number} start @param {number} end @returns {{start: number, end: number}} */
export function snapped(text, start, end) {
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const clusters = graphemes.segment(text);
  const first = clusters.containing(start);
  const last = end > start ? clusters.containing(end - 1) : undefined;
  return { start: first?.index ?? start, end: last === undefined ? end : last.index + last.segment.length };
}

/** A passage without the spaces around it, in whole clusters; null when nothing is left. Units in, code points out. @param {string} text @param {number} start @param {number} end @returns {{start_cp: number, end_cp: number} | null} */
export function chosen(text, start, end) {
  const grown = snapped(text, start, end);
  const words = text.slice(grown.start, grown.end);
  if (words.trim() === '') return null;
  const from = grown.start + words.length - words.trimStart().length;
  const to = grown.end - (words.length - words.trimEnd().length);
  return { start_cp: toCodePoints(text, from), end_cp: toCodePoints(text, to) };
}

/** The sentences of a text, without the spaces between them. @param {string} text @returns {{start_cp: number, end_cp: number, words: string}[]} */
export function sentences(text) {
  const found = [];
  for (const { segment, index } of new Intl.Segmenter('en-GB', { granularity: 'sentence' }).segment(text)) {
    const place = chosen(text, index, index + segment.length);
    if (place !== null) found.push({ ...place, words: segment.trim() });
  }
  return found;
}
