/**
 * Where a coding stands after its block was edited: kept, moved, changed or orphaned, and it says so (design 7).
 *
 * Words that look alike are not the words that were coded. A coding follows its words to another place only when nothing else there could
 * be meant; where that is in doubt a person has to look. Nothing here writes. `fieldwork/domain/anchoring.py` is the same rule at the
 * office, and `sync/vectors/anchors.json` holds both to the same answers.
 */
import { CONTEXT_CP } from './text.js';

/** @typedef {{standing: 'kept' | 'moved' | 'changed' | 'orphaned', start_cp: number, end_cp: number}} Anchor */
/** @typedef {{at: number, sides: number}} Place  where the quote stands, and how many of its two sides read as they did */

/** @param {string} text of now @param {import('./text.js').Passage} passage as it was coded @returns {Anchor} */
export function anchor(text, { start_cp, quote, before, after }) {
  const letters = [...text];
  const length = [...quote].length;
  const places = placesOf(letters, [...quote]).map((at) => ({ at, sides: sidesAlike(letters, at, at + length, before, after) }));
  const at = certain(places, start_cp, length);
  if (at !== null) return { standing: at === start_cp ? 'kept' : 'moved', start_cp: at, end_cp: at + length };
  const alone = places.length === 1 && before === '' && after === '';
  const doubtful = places.find((place) => alone || place.at === start_cp);
  if (doubtful !== undefined) return { standing: 'changed', start_cp: doubtful.at, end_cp: doubtful.at + length };
  return between(text, before, after) ?? { standing: 'orphaned', start_cp: 0, end_cp: 0 };
}

/** The one place that must be meant; null where there is none, or a doubt. @param {Place[]} places @param {number} start_cp @param {number} length_cp @returns {number | null} */
function certain(places, start_cp, length_cp) {
  const both = places.filter(({ sides }) => sides === 2);
  if (both.some(({ at }) => at === start_cp)) return start_cp;
  if (both.length > 0) return both.length === 1 ? both[0].at : null;
  const alike = places.filter(({ sides }) => sides === 1);
  if (alike.length === 1 && (places.length === 1 || alike[0].at === start_cp)) return alike[0].at;
  // So many letters do not come together twice by chance: they need no neighbours to be known by.
  return places.length === 1 && length_cp >= CONTEXT_CP ? places[0].at : null;
}

/** Every place where these letters stand. @param {string[]} letters @param {string[]} quote @returns {number[]} */
function placesOf(letters, quote) {
  /** @type {number[]} */
  const places = [];
  if (quote.length === 0) return places;
  for (let at = 0; at + quote.length <= letters.length; at += 1) {
    if (quote.every((letter, offset) => letters[at + offset] === letter)) places.push(at);
  }
  return places;
}

/** How many sides of a place read as they did: 0, 1 or 2. @param {string[]} letters @param {number} start @param {number} end @param {string} before @param {string} after */
function sidesAlike(letters, start, end, before, after) {
  const left = [...before];
  const right = [...after];
  const sameLeft = left.length > 0 ? letters.slice(Math.max(0, start - left.length), start).join('') === before : start === 0;
  const sameRight = right.length > 0 ? letters.slice(end, end + right.length).join('') === after : end === letters.length;
  return Number(sameLeft) + Number(sameRight);
}

/** What stood around the passage is there once, and something else between. @param {string} text @param {string} before @param {string} after @returns {Anchor | null} */
function between(text, before, after) {
  if (before === '' && after === '') return null;
  const opening = before === '' ? 0 : text.indexOf(before);
  if (opening < 0 || (before !== '' && text.indexOf(before, opening + 1) >= 0)) return null;
  const start = opening + before.length;
  const end = after === '' ? text.length : text.indexOf(after, start);
  if (end <= start) return null;
  const cp = (/** @type {number} */ units) => [...text.slice(0, units)].length;
  return { standing: 'changed', start_cp: cp(start), end_cp: cp(end) };
}
