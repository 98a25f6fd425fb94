/** How well this browser keeps what is stored, in words. */
import { counted } from '../states.js';

export const MAY_DELETE = 'This tablet may delete notes when it runs out of space. Send often.';
const MAY_DELETE_IN_A_WEEK = 'This tablet may delete notes after a week without use, because Fieldwork is not on its Home Screen. Send often.';
const NEARLY_FULL = 'This tablet is almost full. Make room: delete photos or apps that nobody needs.';

const NOTHING_HERE = 'Nothing has been written here, so nothing is lost.';

/** @type {Record<'not_kept' | 'not_installed', {title: string, sentences: string[], steps: string[]}>} */
const REFUSED = {
  not_kept: {
    title: 'This window does not keep notes',
    sentences: [
      'The browser gives Fieldwork very little room here. That is so in a private window, where everything is deleted when it is closed, and on a tablet that is almost full.',
    ],
    steps: ['Open Fieldwork in an ordinary window.', 'If this is an ordinary window, make room first: delete photos or apps that nobody needs. Then open Fieldwork again.'],
  },
  not_installed: {
    title: 'Put Fieldwork on the Home Screen first',
    sentences: ['In the browser, this tablet deletes what is stored after a week without use. On the Home Screen it keeps it.'],
    steps: ['Touch “Share”, then “Add to Home Screen”.', 'Open Fieldwork from the Home Screen.', 'Set it up there. What is set up here does not come along.'],
  },
};

/** @param {{promised: boolean | null, window: import('../keeping.js').Window, nearlyFull: boolean}} here @returns {string} */
export function standingWords({ promised, window, nearlyFull }) {
  const sentences = nearlyFull ? [NEARLY_FULL] : [];
  if (window.apple && !window.installed) sentences.push(MAY_DELETE_IN_A_WEEK);
  else if (promised !== true) sentences.push(MAY_DELETE);
  return sentences.join(' ');
}

/**
 * Where no visit may be begun. What waits in this window comes first: whoever goes elsewhere leaves it behind, and it may be deleted there.
 * @param {'not_kept' | 'not_installed'} why @param {{waiting: number, drafts: number, sends: boolean, back?: {href: string, words: string} | ''}} here `drafts`:
 * texts that are no changes yet; `sends`: this window is set up and can send
 * @returns {import('../router.js').Shown}
 */
export function refusedPage(why, { waiting, drafts, sends, back = '' }) {
  const { title, sentences, steps } = REFUSED[why];
  const nothing = why === 'not_kept' && waiting === 0 ? [NOTHING_HERE] : [];
  const left = drafts === 0 ? nothing : [`${counted(drafts, 'draft that is not finished is', 'drafts that are not finished are')} in this window as well. Tell the office before anything here is deleted.`];
  const first = waiting === 0 ? [] : [sends ? SEND_FIRST : COPY_FIRST];
  return {
    status: 403, template: 'enrolment/refused.html',
    page: { title, sentences: [...sentences, ...left], steps: [...first, ...steps], waiting: waiting === 0 ? '' : waitingHere(waiting, sends), back },
  };
}

const SEND_FIRST = 'Send first, from this window: touch “Send now”, and wait until the page says that nothing waits. Where nothing can be sent, save a sealed copy and take it to the office.';
const COPY_FIRST = 'Save a sealed copy first, and take it to the office. This window is not set up, so it cannot send.';

/** @param {number} waiting @param {boolean} sends */
const waitingHere = (waiting, sends) => ({
  words: `${counted(waiting, 'change is', 'changes are')} in this window only. ${waiting === 1 ? 'It does' : 'They do'} not come along to another window.`,
  send_action: sends ? '/tablet/only-here' : '',
  copy_action: '/tablet/sealed-copy',
});
