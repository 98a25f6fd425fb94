/**
 * The second way to a person's keys: a passkey of this tablet, asked for before the passphrase.
 *
 * The tablet's own lock (fingerprint, face or PIN) makes a passkey give 32 bytes for a salt, always the same ones (WebAuthn, `prf`). They
 * become a key here, and that key wraps what the passphrase wraps. No server takes part, so it works without signal. Asking for the bytes is
 * the page's; this module holds no words and keeps nothing. Source: design.md 3, "Keys".
 */
import { fromBase64, toUtf8 } from './bytes.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/**
 * The parameters of a wrap under a passkey. Nothing in them is secret.
 * @typedef {object} PasskeyParameters
 * @property {'webauthn-prf'} name @property {1} format
 * @property {string} credential the passkey's id, Base64
 * @property {string[]} transports how the browser says that it is reached, as WebAuthn names it
 * @property {string} salt 32 random bytes, Base64: what the passkey is asked about
 * @property {string} added_at by the tablet's clock
 */

export const SALT_BYTES = 32;
export const OUTPUT_BYTES = 32;
const INFO = toUtf8('fieldwork passkey 1');

/** @param {Pick<PasskeyParameters, 'credential' | 'transports' | 'salt' | 'added_at'>} told @returns {PasskeyParameters & Record<string, unknown>} */
export const passkeyParameters = ({ credential, transports, salt, added_at }) => ({ name: 'webauthn-prf', format: 1, credential, transports, salt, added_at });

/**
 * The passkey of a person on this tablet. `null` when there is none, or when a newer release wrote it in a way that this one does not know:
 * it is then not asked for, and the passphrase opens.
 * @param {import('./keys.js').PersonRow | undefined} row @returns {PasskeyParameters | null}
 */
export function passkeyOf(row) {
  const parameters = row?.wraps.find(({ way }) => way === 'passkey')?.parameters;
  if (parameters?.name !== 'webauthn-prf' || parameters.format !== 1) return null;
  return /** @type {PasskeyParameters} */ (/** @type {unknown} */ (parameters));
}

/**
 * From what the passkey gave to the 32 bytes that wrap and open (HKDF-SHA-256). Throws a RangeError when either is not of its length.
 * @param {Bytes} output @param {string} salt Base64 @returns {Promise<Bytes>}
 */
export async function passkeyKek(output, salt) {
  const asked = fromBase64(salt);
  if (output.length !== OUTPUT_BYTES || asked.length !== SALT_BYTES) throw new RangeError('not what a passkey gives');
  const secret = await crypto.subtle.importKey('raw', output, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: asked, info: INFO }, secret, 256));
}
