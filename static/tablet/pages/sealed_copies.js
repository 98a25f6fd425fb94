/** What the page of a sealed copy says: what is in the file, what is not, and what to do with it. */
import { dateAndTime } from './dates.js';
import { counted } from '../states.js';

/** @typedef {Omit<import('../../../sync/tablet/sealed_copy.js').SealedCopy, 'bytes'>} Made */

/** Names of people and areas are not in it: a file name is read by everybody. @param {string} copied_at @returns {string} */
export function sealedCopyName(copied_at) {
  const { date, time } = dateAndTime(new Date(copied_at));
  return `sealed-copy-${date}-${time.replace(':', '-')}.fieldwork`;
}

/** @param {{waiting: number, drafts: number, locked: boolean, made: Made | null}} shown */
export function sealedCopyPage({ waiting, drafts, locked, made }) {
  return {
    title: made === null ? 'Save a sealed copy' : 'A sealed copy was made',
    told: made === null ? before(waiting) : after(made),
    drafts: drafts === 0 ? '' : draftWords(drafts, locked),
    button: made === null && waiting > 0 ? 'Save a sealed copy' : '',
    again: made === null ? '' : 'Save this file again',
    action: '/tablet/sealed-copy',
    back: locked ? { href: '/tablet/unlock', words: 'Back to unlocking' } : { href: '/tablet/only-here', words: 'Back to what is only here' },
  };
}

/** @param {number} waiting @returns {string[]} */
function before(waiting) {
  if (waiting === 0) return ['Nothing waits on this tablet, so there is nothing to copy. The office has confirmed everything that is finished.'];
  return [
    `If this tablet cannot send, you can save what waits as one file and take it to the office. ${counted(waiting, 'change', 'changes')} would be in it, of everybody who uses this tablet.`,
    'The words in the file are sealed: only the office can open them. Whoever finds it can see that something was written, and when, and in which visit.',
  ];
}

/** @param {Made} made @returns {string[]} */
function after({ copied_at, operations, people, missing }) {
  return [
    `${counted(operations, 'change is', 'changes are')} in ${sealedCopyName(copied_at)}${people > 1 ? `, of ${people} people` : ''}.`,
    ...(missing === 0 ? [] : [`${counted(missing, 'change', 'changes')} could not be read whole from the main copy, and the office cannot read ${missing === 1 ? 'it' : 'them'} from this file. Close this tablet’s browser, open it again, and save another copy.`]),
    'Take the file to the lead or the administrator at the office, who take it in under “A copy from a tablet”. They can do that more than once: nothing is stored twice.',
    'Keep this tablet. Nothing counts as sent because it was copied: everything waits here until the office has confirmed it.',
  ];
}

/** @param {number} drafts @param {boolean} locked */
function draftWords(drafts, locked) {
  const what = `${counted(drafts, 'draft is', 'drafts are')} not finished and cannot be in a sealed copy.`;
  return locked ? `${what} ${drafts === 1 ? 'It becomes a change' : 'They become changes'} when whoever wrote ${drafts === 1 ? 'it' : 'them'} unlocks this tablet.` : what;
}
