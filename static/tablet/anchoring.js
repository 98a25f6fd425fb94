/**
 * Where a coding stands after its block was edited: kept, moved, changed or orphaned, and it says so (design 7).
 *
 * A passage that stands twice in the text is never followed to the other place by itself: words that look alike are not the words that
 * were coded. Nothing here writes; a person decides what a changed coding means.
 */

/** @typedef {{standing: 'kept' | 'moved' | 'changed' | 'orphaned', start_cp: number, end_cp: number}} Anchor */

/** @param {string} text of now @param {import('./text.js').Passage} passage as it was coded @returns {Anchor} */
export function anchor(text, { start_cp, end_cp, quote, before, after }) {
  const letters = [...text];
  const places = placesOf(letters, [...quote]);
  const length = [...quote].length;
  const agrees = (/** @type {number} */ at) => surroundings(letters, at, at + length, before, after);
  if (places.includes(start_cp) && (places.length === 1 || agrees(start_cp) > 0)) return { standing: 'kept', start_cp, end_cp };
  const alike = places.filter((at) => agrees(at) > 0);
  if (places.length === 1 && alike.length === 1) return { standing: 'moved', start_cp: alike[0], end_cp: alike[0] + length };
  const both = alike.filter((at) => agrees(at) === 2);
  if (both.length === 1) return { standing: 'moved', start_cp: both[0], end_cp: both[0] + length };
  return between(text, before, after) ?? { standing: 'orphaned', start_cp: 0, end_cp: 0 };
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

/** How many sides of the passage read as they did: 0, 1 or 2. @param {string[]} letters @param {number} start @param {number} end @param {string} before @param {string} after */
function surroundings(letters, start, end, before, after) {
  const left = [...before];
  const right = [...after];
  const sameLeft = letters.slice(Math.max(0, start - left.length), start).join('') === before && (left.length > 0 || start === 0);
  const sameRight = letters.slice(end, end + right.length).join('') === after && (right.length > 0 || end === letters.length);
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
