/** The two counts of a visit in words, and what to do when they differ. */
import { momentWords } from './dates.js';
import { areaWords } from './visits.js';
import { counted } from '../states.js';

/** @typedef {import('../../../sync/tablet/two_counts.js').CountsHere} CountsHere */
/** @typedef {import('../../../sync/tablet/two_counts.js').TwoCounts} TwoCounts */

/**
 * @param {object} shown
 * @param {import('../reading.js').RecordState} shown.visit @param {CountsHere} shown.here
 * @param {{asked_at: string, counts: TwoCounts} | null} shown.answered @param {string | null} shown.problem @param {boolean} shown.online
 */
export function twoCountsPage({ visit, here, answered, problem, online }) {
  const kept = here.aside + here.streams.reduce((sum, one) => sum + one.kept, 0);
  const address = `/tablet/visits/${visit.record}`;
  return {
    title: 'Is everything at the office?',
    place: areaWords(visit),
    lead: `What everybody who uses this tablet has written on it in ${areaWords(visit)}, counted on both sides.`,
    cards: [
      { what: 'On this tablet', count: String(kept), more: kept === 1 ? 'change, counted now' : 'changes, counted now', thin: false },
      answered === null
        ? { what: 'At the office', count: 'Not known', more: 'not counted', thin: true }
        : { what: 'At the office', count: String(answered.counts.office), more: `${answered.counts.office === 1 ? 'change' : 'changes'}, asked on ${momentWords(answered.asked_at)}`, thin: false },
    ],
    verdict: answered === null ? notAsked(problem, online) : verdict(answered.counts),
    differences: [...(answered === null ? [] : differences(answered.counts)), ...beside(here, answered !== null)],
    only_here: answered === null || answered.counts.unsent > 0 || here.attention > 0 ? { href: '/tablet/only-here', words: 'See what is only here' } : '',
    send_action: answered === null || answered.counts.unsent > 0 ? `${address}/counts` : '',
    again_href: `${address}/counts`,
    back: { href: address, words: areaWords(visit) },
  };
}

/** @param {string | null} problem @param {boolean} online */
function notAsked(problem, online) {
  if (!online) return { kind: 'tablet', words: 'The office was not asked: no network.' };
  if (problem === 'no_answer') return { kind: 'tablet', words: 'The office was asked and did not answer. Try again when the connection is better.' };
  if (problem === 'late') return { kind: 'tablet', words: 'The office was asked and did not answer in time. Try again when the connection is better.' };
  if (problem === 'status_401') return { kind: 'attention', words: 'The office does not know this tablet any more. What is on it is kept. Tell the office.' };
  return { kind: 'tablet', words: 'What answered was not the office, or it is busy. Try again in a minute.' };
}

/** @param {TwoCounts} counts */
function verdict({ equal, here, waits_there, gone, apart }) {
  // What was not sent yet is as usual as a day without a network; the rest needs a person.
  if (!equal) return { kind: waits_there + gone + apart > 0 ? 'attention' : 'tablet', words: 'The two sides differ.' };
  if (here === 0) return { kind: 'safe', words: 'Nothing has been written on this tablet in this visit, and the office has nothing from it.' };
  return { kind: 'safe', words: 'Both sides have the same. Everything that was written on this tablet in this visit is at the office.' };
}

/** @param {TwoCounts} counts @returns {string[]} */
function differences({ unsent, waits_there, gone, apart }) {
  const found = [];
  if (unsent > 0) found.push(`${counted(unsent, 'change has', 'changes have')} not reached the office. Send now. If it cannot be sent, save a sealed copy under “Only here” and take it to the office.`);
  if (waits_there > 0) found.push(`${counted(waits_there, 'change has', 'changes have')} reached the office and ${waits_there === 1 ? 'has' : 'have'} not been taken in. ${waits_there === 1 ? 'It waits' : 'They wait'} there for the lead of the visit, or for something that has not come.`);
  const elsewhere = unsent + waits_there + apart === 0 ? 'The office has what was written here.' : 'Tell the office, and keep this tablet.';
  if (gone > 0) found.push(`${counted(gone, 'change is', 'changes are')} not on this tablet any more. ${elsewhere}`);
  if (apart > 0) found.push('The two sides hold different things under the same numbers. Everything is kept. Tell the office.');
  return found;
}

/** What no count can hold, and what needs a look. @param {CountsHere} here @param {boolean} answered @returns {string[]} */
function beside({ drafts, attention }, answered) {
  const found = [];
  if (attention > 0) found.push(`${counted(attention, 'change needs', 'changes need')} attention: “Only here” says why.`);
  if (drafts > 0) found.push(`${counted(drafts, 'draft is', 'drafts are')} not finished and in ${answered ? 'neither count' : 'no count'}.`);
  return found;
}
