/** Ways to unlock a tablet, in words; and what is said when the tablet's own lock gave nothing. */
import { momentWords } from './dates.js';

/** @typedef {import('../../../sync/tablet/passkey.js').PasskeyParameters} Passkey */

export const BUTTON = 'Unlock with this tablet’s fingerprint, face or PIN';
const ANYBODY = 'Anybody whose fingerprint, face or PIN unlocks this tablet itself can then read your notes on it. Add this only if that is you alone.';

/** @typedef {{error: string, more: string}} Problem what happened and what to do; and what else is to be said */
const NO_PROBLEM = Object.freeze({ error: '', more: '' });
const KEPT = 'Nothing has been deleted.';
const STILL = 'Your passphrase still opens this tablet.';

/** Why the tablet's own lock gave nothing. A browser does not tell somebody who cancelled from one that found no passkey. @type {Record<string, Record<'unlocking' | 'adding', Problem>>} */
const PROBLEMS = {
  refused: {
    unlocking: {
      error: 'The tablet was not unlocked. Try again, or use your passphrase',
      more: `You cancelled, it took too long, or this way to unlock was removed in the tablet’s settings. ${KEPT}`,
    },
    adding: { error: 'Nothing was added. Try again, or choose “Not now”', more: `You cancelled, or it took too long. ${STILL}` },
  },
  unusable: {
    unlocking: { error: 'The tablet was not unlocked. Use your passphrase', more: `This tablet could not ask for a fingerprint, face or PIN. ${KEPT}` },
    adding: { error: 'Nothing was added. Choose “Not now”', more: `This tablet could not ask for a fingerprint, face or PIN. ${STILL}` },
  },
  no_secret: {
    unlocking: { error: 'The tablet was not unlocked. Use your passphrase', more: `This tablet knew you, and gave nothing that opens your notes. ${KEPT}` },
    adding: { error: 'Nothing was added. Choose “Not now”', more: `This tablet can ask for a fingerprint, face or PIN, but cannot open notes with it. ${STILL}` },
  },
};

/** It gave something, and it opens nothing. @type {Problem} */
export const OTHER_KEYS = Object.freeze({
  error: 'The tablet was not unlocked. Use your passphrase',
  more: `What the tablet gave does not open your notes. ${KEPT} When you have unlocked, remove this way to unlock and add it again.`,
});

/** The passphrase was given too long ago, or the person was elsewhere since. @type {Problem} */
export const TOO_LATE = Object.freeze({ error: 'Nothing was added. Enter your passphrase again, then add it within 2 minutes', more: '' });

/** @param {string} outcome what the page says that happened @param {'unlocking' | 'adding'} doing @returns {Problem} */
export const problemOf = (outcome, doing) => (PROBLEMS[outcome] ?? PROBLEMS.unusable)[doing];

/** What the locked page prints for the button; "" when there is none. @param {Passkey | null} passkey @param {{whose: string, problem: Problem | null}} shown */
export const passkeyButton = (passkey, { whose, problem }) => (passkey === null ? '' : {
  asks: 'unlock', action: '/tablet/unlock/passkey', words: BUTTON, ...(problem ?? NO_PROBLEM),
  hint: whose === '' ? 'With your passkey.' : `With the passkey of ${whose}.`,
  credential: passkey.credential, salt: passkey.salt, transports: passkey.transports.join(' '), handle: '', name: '',
});

/** @param {{has: boolean, passkey: Passkey | null, adds: boolean, error?: string}} shown `has` without `passkey`: one that a newer release made; `error`: why it was not removed */
export function waysPage({ has, passkey, adds, error = '' }) {
  return {
    title: 'Ways to unlock',
    problems: error === '' ? [] : [{ href: '#passphrase', words: error }],
    passphrase: 'Your passphrase always opens your notes on this tablet. It cannot be removed.',
    lead: 'You can unlock with this tablet’s own fingerprint, face or PIN instead of typing. This is called a passkey. It works without a connection.',
    standing: standing(has, passkey, adds),
    before_removing: has ? 'After you remove it, only your passphrase opens your notes here. So it is removed only if your passphrase opens them now.' : '',
    remove: has ? {
      action: '/tablet/passkeys/remove', credential: passkey?.credential ?? '',
      passphrase: { name: 'passphrase', label: 'Your passphrase', value: '', hint: '', error },
    } : '',
    add_href: !has && adds ? '/tablet/passkeys/new' : '',
    back_href: '/tablet/only-here',
  };
}

/** @param {boolean} has @param {Passkey | null} passkey @param {boolean} adds */
function standing(has, passkey, adds) {
  if (passkey !== null) return `You added it on ${momentWords(passkey.added_at)}.`;
  if (has) return 'A newer version of Fieldwork added it. This version cannot use it.';
  return adds ? 'You have not added it.' : 'This tablet, or the browser on it, cannot be used in this way.';
}

/** @param {{proven: boolean, name: string, problem: Problem | null, salt: string, handle: string}} shown `proven`: the passphrase was given a moment ago */
export function passkeyDraft({ proven, name, problem, salt, handle }) {
  const { error, more } = problem ?? NO_PROBLEM;
  const problems = error === '' ? [] : [{ href: proven ? '#passkey' : '#passphrase', words: error }];
  return {
    title: 'Unlock without typing',
    problems,
    lead: 'This tablet can ask for its own fingerprint, face or PIN instead of your passphrase. This is called a passkey. It works without a connection, and your passphrase still opens the tablet.',
    warning: ANYBODY,
    leave_action: '/tablet/passkeys/leave',
    passphrase: proven ? '' : { name: 'passphrase', label: 'Your passphrase', value: '', hint: 'So that nobody else adds a way in for themselves.', error },
    passphrase_action: '/tablet/passkeys/passphrase',
    passkey: proven ? {
      asks: 'add', action: '/tablet/passkeys', words: 'Add fingerprint, face or PIN', hint: '', error, more,
      credential: '', salt, transports: '', handle, name,
    } : '',
  };
}
