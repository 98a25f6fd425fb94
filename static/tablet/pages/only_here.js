/** What is only on this tablet, in words. */
import { momentWords } from './dates.js';
import { MAY_DELETE } from './keeping.js';
import { minutesWords } from './locking.js';
import { counted } from '../states.js';

/** Why the office could not simply take something, and what to do. @type {Record<string, string>} */
const REASONS = {
  not_assigned: 'The office does not know you as part of this visit. Ask the lead.',
  assignment_ended: 'Your part in this visit has ended. The lead decides what becomes of it.',
  not_permitted: 'This is for the lead of the visit to write. The lead decides what becomes of it.',
  same_id_other_bytes: 'The office holds something else under the same number. Both are kept. Tell the office.',
  fork: 'This tablet has been copied. Both versions are kept. Tell the office.',
  chain_broken: 'The order of the changes cannot be proved. They are kept. Tell the office.',
  not_opened: 'The office cannot open it. It stays on this tablet. Tell the office.',
  body_hash_differs: 'It arrived damaged. It stays on this tablet and is sent again.',
  body_not_readable: 'The office cannot read it. It stays on this tablet. Tell the office.',
  hash_differs: 'What the office stored is not what was sent. It stays on this tablet and is sent again.',
};

const READING_WAITS_WORDS = 'The office has been restored from a backup and is checking which tablets are its own. What you write is sent as always. What others write comes to this tablet again once the office has checked it.';

/**
 * @param {object} shown
 * @param {import('../../../sync/tablet/outbox.js').OutboxCounts} shown.counts @param {number} shown.records @param {number} shown.drafts
 * @param {(import('../../../sync/tablet/outbox.js').Attention & {evidence: string | null, left: string | null})[]} shown.attention `left`: why a lead left it out @param {string} shown.person
 * @param {{words: string}} shown.connection @param {boolean | null} shown.persisted
 * @param {import('../../../sync/tablet/reconcile.js').Reconciled | null} shown.found @param {number} shown.unopened
 * @param {number} shown.locks_after_minutes @param {boolean} [shown.readingWaits] the office has yet to say that this tablet is still its own
 */
export function onlyHerePage({ counts, records, drafts, attention, person, connection, persisted, found, unopened, locks_after_minutes, readingWaits = false }) {
  const mine = counts.waiting_by_person[person] ?? 0;
  const others = Object.entries(counts.waiting_by_person).filter(([one]) => one !== person);
  return {
    title: 'Only on this tablet',
    lead: counts.waiting === 0
      ? 'Nothing waits. Everything written on this tablet is safe at the office.'
      : `${counted(counts.waiting, 'change is', 'changes are')} only on this tablet. Keep it safe until they are sent.`,
    cards: [
      { what: 'Your changes', count: mine === 0 ? 'None' : counted(mine, 'change', 'changes'), more: records === 0 ? '' : `in ${counted(records, 'evidence record', 'evidence records')}`, thin: false },
      { what: 'The oldest', count: counts.oldest_at === null ? 'Nothing waits' : momentWords(counts.oldest_at), more: '', thin: false },
      { what: 'Safe at the office', count: counts.safe === 0 ? 'None yet' : counted(counts.safe, 'change', 'changes'), more: counts.safe === 0 ? '' : 'and still on this tablet', thin: false },
    ],
    drafts: drafts === 0 ? '' : `${counted(drafts, 'draft is', 'drafts are')} being written and will be sent when finished.`,
    others: others.map(([, count]) => `Another inspector has ${counted(count, 'change', 'changes')} waiting on this tablet. They are sealed: you carry them and cannot read them.`),
    attention: attention.map(({ code, minted_at, at_office, evidence, left }) => ({
      when: `Written on ${momentWords(minted_at)}`,
      words: REASONS[code ?? ''] ?? 'The office could not take it in. It is kept. Tell the office.',
      href: evidence === null ? '' : `/tablet/evidence/${evidence}`,
      left: left === null ? '' : `The lead left it out. The reason given: ${left}`,
      where: at_office ? 'It is at the office, whole, and waits for a decision.' : 'It is on this tablet.',
    })),
    office: connection.words === '' ? 'The office has not been asked yet.' : connection.words,
    storage: persisted === true ? 'This tablet keeps what is stored.' : MAY_DELETE,
    warning: persisted !== true,
    troubles: [...(readingWaits ? [READING_WAITS_WORDS] : []), ...troubleWords(found, unopened)],
    locks: `This tablet locks after ${minutesWords(locks_after_minutes)} without use.`,
    locks_href: '/tablet/locking',
    ways_href: '/tablet/passkeys',
    action: '/tablet/only-here',
    copy_action: '/tablet/sealed-copy',
    copy: 'If this tablet cannot send, save what waits as one file and take it to the office. The words in it stay sealed.',
  };
}

/** What the start found, when it was not as it should be. @param {import('../../../sync/tablet/reconcile.js').Reconciled | null} found @param {number} unopened */
function troubleWords(found, unopened) {
  const troubles = [];
  if (found !== null && found.restored > 0) troubles.push(`${counted(found.restored, 'change was', 'changes were')} missing from the main copy at the last start, and came back from the second copy.`);
  if (found !== null && found.repaired > 0) troubles.push(`${counted(found.repaired, 'change was', 'changes were')} damaged at the last start, and came back from the second copy.`);
  if (found !== null && found.lost > 0) troubles.push(`${counted(found.lost, 'change is', 'changes are')} in neither copy. Tell the office.`);
  if (unopened > 0) troubles.push(`${counted(unopened, 'change does', 'changes do')} not open with your keys. The office can open them.`);
  return troubles;
}
