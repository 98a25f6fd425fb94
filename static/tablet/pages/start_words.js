/**
 * What this start found in the tablet's two copies, said once in words when somebody unlocks (PROTOCOL.md 7, DUR-06 to DUR-09).
 *
 * Only what the start itself counted is told. Words typed in the last second before a loss are in neither copy and are promised by nobody.
 */
import { counted } from '../states.js';

/** @typedef {{kind: 'news' | 'attention', lead: string, words: string}} Notice */

/** @param {import('../../../sync/tablet/reconcile.js').Reconciled | null} found @returns {Notice[]} nothing when all was as it should be */
export function startNotices(found) {
  if (found === null) return [];
  const gone = found.lost + found.damaged;
  const brought = found.restored + found.repaired;
  // Where nobody can know that nothing more is missing, or something went before, nobody says so.
  const whole = gone > 0 || !found.certain || found.missing_before ? '' : ' Everything that was saved is there.';
  /** @type {Notice[]} */
  const notices = [];
  if (gone > 0) {
    notices.push({
      kind: 'attention', lead: 'Something is missing.',
      words: `${counted(gone, 'change', 'changes')} could not be brought back on this tablet. What had been sent is safe at the office. Tell the office.`,
    });
  }
  if (brought > 0) {
    notices.push({
      kind: gone > 0 ? 'attention' : 'news', lead: 'This tablet’s main store was damaged.',
      words: `${counted(brought, 'change was', 'changes were')} brought back from the second copy.${whole}`,
    });
  }
  if (found.copied > 0 && found.problem === null) {
    notices.push({
      kind: 'news', lead: 'The second copy on this tablet was not whole.',
      words: `${counted(found.copied, 'change was', 'changes were')} copied into it again.${whole}`,
    });
  }
  return notices;
}
