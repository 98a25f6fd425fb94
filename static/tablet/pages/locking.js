/** When a tablet locks by itself, in words, and the choice of it. */

const CHOICES_MINUTES = [2, 3, 5, 10, 15];

/** @param {number} chosen_minutes @param {string} error */
export function lockingPage(chosen_minutes, error) {
  const offered = [...new Set([...CHOICES_MINUTES, chosen_minutes])].sort((a, b) => a - b);
  return {
    title: 'When this tablet locks',
    problems: error === '' ? [] : [{ href: '#minutes', words: error }],
    minutes: {
      name: 'minutes', label: 'Lock when nobody has used it for', error,
      hint: 'For everybody who uses this tablet. While a place to write is open it waits 15 minutes, whatever you choose here.',
    },
    choices: offered.map((minutes) => ({ value: String(minutes), words: minutesWords(minutes), hint: '', chosen: minutes === chosen_minutes })),
    action: '/tablet/locking',
    back_href: '/tablet/only-here',
  };
}

/** @param {number} minutes */
export const minutesWords = (minutes) => `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;

/** Why a tablet is locked; "" when somebody locked it by hand. @param {number | null} minutes */
export const lockedWords = (minutes) => (minutes === null ? '' : `Locked after ${minutesWords(minutes)} without use.`);
