/**
 * Trying a passphrase: at the locked tablet, and before a person is given another way to unlock.
 *
 * A wrong one is said, with a delay that rises, and nothing is ever deleted. What a passkey answers, or that it was cancelled, does not count.
 */
import { stretch } from './ports/argon2.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { unlockPersonKeys } from '../../sync/tablet/keys.js';
import { personRow } from '../../sync/tablet/kept_keys.js';

/** @typedef {import('../../sync/tablet/tablet.js').Tablet} Tablet */
/** @typedef {{keys: import('../../sync/tablet/keys.js').PersonKeys, kek: import('../../sync/tablet/ports.js').Bytes}} Opened */

const FREE_TRIES = 3;
const LONGEST_WAIT_MS = 60_000;

/** @param {number} tries wrong ones in a row @returns {number} */
export const waitAfterWrong = (tries) => (tries <= FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (tries - FREE_TRIES)));

/** @param {string} person */
const markOf = (person) => `wrong_passphrases:${person}`;

/** @param {Tablet} tablet @param {string} person @param {string} passphrase as it was typed @returns {Promise<Opened | {error: string}>} what it opened, or a sentence */
export async function tryPassphrase(tablet, person, passphrase) {
  // Nothing is nothing to try, and stretching it would be a fault.
  if (passphrase.trim() === '') return { error: 'Enter your passphrase' };
  const mark = markOf(person);
  const wrong = (await tablet.storage.read('marks', mark)) ?? { tries: 0, last_ms: 0 };
  const left_ms = wrong.last_ms + waitAfterWrong(wrong.tries) - Date.now();
  if (left_ms > 0 && left_ms <= LONGEST_WAIT_MS) {
    const seconds = Math.ceil(left_ms / 1000);
    return { error: `Wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'} before you try again. Nothing has been deleted` };
  }
  const row = await personRow(tablet.storage, person);
  const wrap = row?.wraps.find(({ way }) => way === 'passphrase');
  if (row === undefined || wrap === undefined) throw new Error('this tablet has no passphrase for this person');
  const kek = await stretch(passphrase, wrap.parameters);
  const keys = await unlockPersonKeys(row, 'passphrase', kek);
  if (keys === null) {
    await note(tablet, { store: 'marks', key: mark, put: { tries: wrong.tries + 1, last_ms: Date.now() } });
    return { error: 'That is not the passphrase. Nothing has been deleted. Try again' };
  }
  await forgetTries(tablet, person);
  return { keys, kek };
}

/** The person has come in: the next wrong passphrase is the first one again. @param {Tablet} tablet @param {string} person */
export const forgetTries = (tablet, person) => note(tablet, { store: 'marks', remove: markOf(person) });

/** How often it was tried. A tablet too full to note that answers all the same. @param {Tablet} tablet @param {import('../../sync/tablet/ports.js').Change} change */
async function note(tablet, change) {
  try {
    await tablet.storage.commit([change]);
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
  }
}
