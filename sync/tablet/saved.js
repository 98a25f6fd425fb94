/**
 * The answer to "is it saved?", in the words that the screen may use.
 *
 * `twice` is "Saved on this tablet". `once` is "Saved once. Second copy failed.", or the other way round when the
 * problem is `database_failed`. `no` leaves the text on the screen, to be copied. Source: assurance.md 1.3.
 */

/** @typedef {{operation: string, stream: string, sequence: number, header_hash: string, body_hash: string}} SavedOperation */
/**
 * @typedef {object} Saved
 * @property {'twice' | 'once' | 'no'} saved  `'twice'` is "Saved on this tablet"; `'once'` is "Saved once. Second copy failed."
 * @property {string | null} problem  `second_copy_failed`, `database_failed` (then the journal alone has it), `nothing_saved`, `same_operation_other_words`
 * @property {string | null} cause  `quota`, `gone` or `failed`
 * @property {boolean} again  the operations had been saved before; nothing was written twice
 * @property {SavedOperation[]} operations
 * @property {number} drafts_redacted
 */

/** @param {import('./stores.js').EntryRow} row @returns {SavedOperation} */
export const savedOperation = ({ operation, stream, sequence, header_hash, body_hash }) => ({
  operation, stream, sequence, header_hash, body_hash,
});

/** @param {string} problem @param {Saved['cause']} cause @returns {Saved} */
export const notSaved = (problem, cause) => ({
  saved: 'no', problem, cause, again: false, operations: [], drafts_redacted: 0,
});
