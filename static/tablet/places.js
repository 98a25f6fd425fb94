/**
 * Where a block stands among its siblings: a text that sorts. What is written on a tablet sorts by when it was begun, so that two
 * colleagues who write one interview come out in the order of the conversation, and what a pack brought stays before it.
 */

/** @param {string} began_at @returns {string} */
export const placeOf = (began_at) => `t${began_at}`;
