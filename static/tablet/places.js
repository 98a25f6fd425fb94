/**
 * Where a block stands among its siblings: a text that sorts. What is written on a tablet sorts by when it was begun, so that two
 * colleagues who write one interview come out in the order of the conversation, and what a pack brought stays before it.
 */

/** @param {string} began_at @returns {string} */
export const placeOf = (began_at) => `t${began_at}`;

/**
 * The place of what is begun now, behind the last one of the same writer: a clock that was put back must not put words before those they
 * followed. @param {string} last '' when there is none @param {string} place
 */
export function placeBehind(last, place) {
  if (place > last || !/^t\d{4}-/.test(last)) return place;
  return placeOf(new Date(Date.parse(last.slice(1)) + 1).toISOString());
}
