/**
 * A person's keys on this tablet: a P-256 pair to read back what they wrote, and the key of the data they have pulled.
 *
 * Both are wrapped under every way of unlocking that the person has (passphrase, passkey). A lost passphrase loses
 * nothing: unsent work goes up sealed to the office, the rest is pulled again. The stretching of the passphrase is a
 * port; this module only takes its 32 bytes. Source: design.md 3, "Keys".
 */
import { fromBase64, joined, toBase64, toUtf8 } from './bytes.js';
import { aesKey, NotOpened, open, seal } from './seal.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {{way: 'passphrase' | 'passkey', parameters: Record<string, unknown>, keys: string}} KeyWrap */
/**
 * The mark `person:<id>`. `revision` counts how often its ways of unlocking were changed; a row without it was never changed.
 * @typedef {{schema: 1, person: string, public: string, wraps: KeyWrap[], revision?: number}} PersonRow
 */
/** @typedef {{person: string, privateKey: CryptoKey, pulledKey: CryptoKey}} PersonKeys */

const CURVE = Object.freeze({ name: 'ECDH', namedCurve: 'P-256' });
const PULLED_KEY_BYTES = 32;

/**
 * New keys, wrapped under a first way of unlocking.
 * @param {string} person
 * @param {Pick<import('./ports.js').Ports, 'random' | 'keyMaking'>} ports
 * @param {{way: KeyWrap['way'], parameters: Record<string, unknown>, kek: Bytes}} unlocking `kek` is 32 bytes
 * @returns {Promise<{row: PersonRow, keys: PersonKeys}>}
 */
export async function makePersonKeys(person, { random, keyMaking }, unlocking) {
  const pair = await keyMaking.pair({ extractable: true });
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  const secrets = joined([random.bytes(PULLED_KEY_BYTES), pkcs8]);
  /** @type {PersonRow} */
  const row = { schema: 1, person, public: toBase64(pair.public), wraps: [] };
  row.wraps.push(await wrapSecrets(row, secrets, unlocking, random.bytes(12)));
  return { row, keys: await usable(person, secrets) };
}

/**
 * `null` when this does not open (not the passphrase, another passkey, a wrap that was damaged): an outcome, not a failure.
 * @param {PersonRow} row @param {KeyWrap['way']} way @param {Bytes} kek @returns {Promise<PersonKeys | null>}
 */
export async function unlockPersonKeys(row, way, kek) {
  const secrets = await openSecrets(row, way, kek);
  return secrets === null ? null : usable(row.person, secrets);
}

/**
 * A further way of unlocking, or the same way renewed (a changed passphrase). Every other way stays as it is. `null` when `kek` does not open.
 * @param {PersonRow} row @param {{way: KeyWrap['way'], kek: Bytes}} present
 * @param {{way: KeyWrap['way'], parameters: Record<string, unknown>, kek: Bytes}} further @param {Bytes} nonce
 * @returns {Promise<PersonRow | null>}
 */
export async function addUnlocking(row, present, further, nonce) {
  const secrets = await openSecrets(row, present.way, present.kek);
  if (secrets === null) return null;
  return changed(row, [...othersThan(row, further.way), await wrapSecrets(row, secrets, further, nonce)]);
}

/** Without this passkey. The passphrase cannot be taken away. @param {PersonRow} row @param {'passkey'} way @returns {PersonRow} */
export const withoutUnlocking = (row, way) => changed(row, othersThan(row, way));

/**
 * Of two copies of a row the one in which the ways of unlocking were changed last. A row of other keys is no copy: the first stays.
 * @param {PersonRow} one @param {PersonRow} other @returns {PersonRow}
 */
export const laterRow = (one, other) => (other.public === one.public && revisionOf(other) > revisionOf(one) ? other : one);

/** @param {PersonRow} row */
const revisionOf = ({ revision = 0 }) => revision;

/** @param {PersonRow} row @param {KeyWrap['way']} way */
const othersThan = (row, way) => row.wraps.filter((wrap) => wrap.way !== way);

/** @param {PersonRow} row @param {KeyWrap[]} wraps @returns {PersonRow} */
const changed = (row, wraps) => ({ ...row, revision: revisionOf(row) + 1, wraps });

/** @param {PersonRow} row @param {KeyWrap['way']} way @param {Bytes} kek */
async function openSecrets(row, way, kek) {
  const wrap = row.wraps.find((one) => one.way === way);
  if (wrap === undefined) return null;
  try {
    return await open(await aesKey(kek), boundTo(row, way), fromBase64(wrap.keys));
  } catch (problem) {
    // A damaged wrap may hold no Base64.
    if (problem instanceof NotOpened || problem instanceof RangeError) return null;
    throw problem;
  }
}

/** @param {PersonRow} row @param {Bytes} secrets @param {{way: KeyWrap['way'], parameters: Record<string, unknown>, kek: Bytes}} unlocking @param {Bytes} nonce @returns {Promise<KeyWrap>} */
async function wrapSecrets(row, secrets, { way, parameters, kek }, nonce) {
  const keys = toBase64(await seal(await aesKey(kek), nonce, boundTo(row, way), secrets));
  return { way, parameters, keys };
}

/** @param {PersonRow} row @param {string} way */
const boundTo = (row, way) => toUtf8(`fieldwork person 1 ${row.person} ${row.public} ${way}`);

/** @param {string} person @param {Bytes} secrets @returns {Promise<PersonKeys>} */
async function usable(person, secrets) {
  return {
    person,
    pulledKey: await aesKey(secrets.slice(0, PULLED_KEY_BYTES)),
    privateKey: await crypto.subtle.importKey('pkcs8', secrets.slice(PULLED_KEY_BYTES), CURVE, false, ['deriveBits']),
  };
}
