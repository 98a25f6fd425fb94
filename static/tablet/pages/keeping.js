/** How well this browser keeps what is stored, in words. */

export const MAY_DELETE = 'This tablet may delete notes when it runs out of space. Send often.';
const MAY_DELETE_IN_A_WEEK = 'This tablet may delete notes after a week without use, because Fieldwork is not on its Home Screen. Send often.';
const NEARLY_FULL = 'This tablet is almost full. Make room: delete photos or apps that nobody needs.';

/** @type {Record<'not_kept' | 'not_installed', {title: string, sentences: string[], steps: string[]}>} */
const REFUSED = {
  not_kept: {
    title: 'This window does not keep notes',
    sentences: [
      'The browser gives Fieldwork very little room here. That is so in a private window, where everything is deleted when it is closed, and on a tablet that is almost full.',
      'Nothing has been written here, so nothing is lost.',
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

/** @param {'not_kept' | 'not_installed'} why @param {{href: string, words: string} | ''} [back] @returns {import('../router.js').Shown} */
export const refusedPage = (why, back = '') => ({ status: 403, template: 'enrolment/refused.html', page: { ...REFUSED[why], back } });
