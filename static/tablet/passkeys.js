/**
 * Ways to unlock this tablet: the passphrase that everybody has, and a passkey beside it, added and removed here.
 *
 * The tablet itself asks for a finger, a face or a PIN, and what it then gives wraps the keys that the passphrase wraps (design 3). Adding
 * and removing one needs the passphrase, which stays and always opens. The asking is done in the page (`static/screen/passkeys.js`); its answer arrives
 * here once, with the request, and is wiped. No words of anybody are shown.
 */
import { passkeyDraft, problemOf, TOO_LATE, waysPage } from './pages/passkeys.js';
import { tryPassphrase } from './passphrases.js';
import { expectPassphrase } from './ports/argon2.js';
import { unlocked } from './standing.js';
import { fromBase64, toBase64 } from '../../sync/tablet/bytes.js';
import { addUnlocking, withoutUnlocking } from '../../sync/tablet/keys.js';
import { changePerson, personRow } from '../../sync/tablet/kept_keys.js';
import { OUTPUT_BYTES, passkeyKek, passkeyOf, passkeyParameters, SALT_BYTES } from '../../sync/tablet/passkey.js';

/** @typedef {import('./application.js').Application} Application */
/** @typedef {import('../../sync/tablet/keys.js').PersonRow} PersonRow */
/** @typedef {{kind: 'news' | 'attention', lead: string, words: string}} Notice */

const PLACE = '/tablet/passkeys';

/** @type {import('./router.js').Handler} */
export const show = (application) => ways(application, []);

/** The next step of adding one: the passphrase first, unless it was given a moment ago. @type {import('./router.js').Handler} */
export async function draft(application) {
  const session = unlocked(application);
  if (!application.passkeys.adds || passkeyOf(await rowOf(application)) !== null) return { seeOther: PLACE };
  if (session.proven === null) expectPassphrase();
  return drafted(application, null, 200);
}

/** The passphrase, before anything is added. @type {import('./router.js').Handler} */
export async function prove(application, { form }) {
  const session = unlocked(application);
  const tried = await tryPassphrase(application.tablet, session.person, String(form.get('passphrase') ?? ''));
  if ('error' in tried) return drafted(application, { error: tried.error, more: '' }, 422);
  session.holdProven(tried.kek);
  return { seeOther: `${PLACE}/new` };
}

/** The tablet has made a passkey, or has not. @type {import('./router.js').Handler} */
export async function create(application, { form, passkeyOutput }) {
  const session = unlocked(application);
  const before = await rowOf(application);
  if (passkeyOf(before) !== null) return { seeOther: `${PLACE}/new` };
  if (session.proven === null) return drafted(application, TOO_LATE, 422);
  if (passkeyOutput === null) return drafted(application, problemOf(String(form.get('outcome') ?? ''), 'adding'), 422);
  const parameters = passkeyParameters({
    credential: String(form.get('credential') ?? ''), salt: String(form.get('salt') ?? ''),
    transports: form.getAll('transport').map(String), added_at: application.tablet.clock.now(),
  });
  const kek = await kekFrom(passkeyOutput, parameters.salt);
  if (kek === null) return drafted(application, problemOf('unusable', 'adding'), 422);
  const after = await addUnlocking(before, { way: 'passphrase', kek: session.proven }, { way: 'passkey', parameters, kek }, application.tablet.random.bytes(12));
  session.forgetProven();
  // The passphrase was changed meanwhile, in another tab.
  if (after === null) return { seeOther: `${PLACE}/new` };
  return changed(application, before, after, 'You can now unlock this tablet with its fingerprint, face or PIN. Your passphrase still opens it.');
}

/** Not now: what the passphrase gave is forgotten. @type {import('./router.js').Handler} */
export async function leave(application) {
  unlocked(application).forgetProven();
  return { seeOther: '/tablet/' };
}

/**
 * With the passphrase: what it wraps may have been damaged since it was typed last, and the passkey would then be the only way in.
 * Twice is as once. @type {import('./router.js').Handler}
 */
export async function remove(application, { form }) {
  const { person } = unlocked(application);
  if (!hasPasskey(await rowOf(application))) return { seeOther: PLACE };
  const tried = await tryPassphrase(application.tablet, person, String(form.get('passphrase') ?? ''));
  if ('error' in tried) return ways(application, [], tried.error);
  tried.kek.fill(0);
  const before = await rowOf(application);
  return changed(application, before, withoutUnlocking(before, 'passkey'), 'Removed. Your passphrase opens this tablet.');
}

/**
 * The key that a passkey's answer makes; the answer is wiped. `null` when it is none. @param {import('../../sync/tablet/ports.js').Bytes} output
 * @param {string} salt Base64 @returns {Promise<import('../../sync/tablet/ports.js').Bytes | null>}
 */
export async function kekFrom(output, salt) {
  try {
    return await passkeyKek(output, salt);
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
    return null;
  } finally {
    output.fill(0);
  }
}

/** @param {Application} application @param {PersonRow} before @param {PersonRow} after @param {string} words */
async function changed(application, before, after, words) {
  const kept = await changePerson(application.tablet, before, after);
  if (kept === 'moved') {
    // No success: the page would tell the tablet's own list that a passkey is gone which still stands (`forgotten` in static/screen/passkeys.js).
    /** @type {Notice} */
    const said = { kind: 'attention', lead: 'Nothing was changed.', words: 'This was changed in another tab at the same time. Look at what stands here and try again.' };
    return { ...await ways(application, [said]), status: 409 };
  }
  if (kept === 'once') return ways(application, [{ kind: 'attention', lead: words, words: 'It is kept once. The second copy failed and is tried again.' }]);
  return ways(application, [{ kind: 'news', lead: '', words }]);
}

/** @param {Application} application @param {Notice[]} notices @param {string} error why nothing was removed, or "" @returns {Promise<import('./router.js').Shown>} */
async function ways(application, notices, error = '') {
  unlocked(application);
  const row = await rowOf(application);
  const has = hasPasskey(row);
  if (has) expectPassphrase();
  const page = waysPage({ has, passkey: passkeyOf(row), adds: application.passkeys.adds, error });
  return {
    status: error === '' ? 200 : 422, at: PLACE, template: 'passkeys/show.html', page: notices.length === 0 ? page : { ...page, notices },
  };
}

/** One that a newer release made as well. @param {PersonRow} row */
const hasPasskey = (row) => row.wraps.some(({ way }) => way === 'passkey');

/** @param {Application} application @param {import('./pages/passkeys.js').Problem | null} problem @param {number} status @returns {Promise<import('./router.js').Shown>} */
async function drafted(application, problem, status) {
  const { proven, name } = unlocked(application);
  const { random } = application.tablet;
  const page = passkeyDraft({
    proven: proven !== null, name, problem, salt: toBase64(random.bytes(SALT_BYTES)), handle: toBase64(random.bytes(OUTPUT_BYTES)),
  });
  return { status, at: `${PLACE}/new`, template: 'passkeys/draft.html', page };
}

/** @param {Application} application @returns {Promise<PersonRow>} */
async function rowOf(application) {
  const row = await personRow(application.tablet.storage, application.person());
  if (row === undefined) throw new Error('this tablet has no keys of this person');
  return row;
}
