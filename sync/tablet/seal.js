/**
 * Sealing: an entry under a carry key, and a carry key to whoever may open it.
 *
 * A note is sealed once, before it is saved. The author's key pair and the office's ingest key each open the carry key;
 * the colleague whose tablet brings it up cannot. Only PUBLIC keys are needed to seal, so a locked tablet can still
 * write. Source: PROTOCOL.md 3.
 */
import { fromBase64, joined, toBase64, toUtf8, uuidBytes } from './bytes.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {{ephemeral: string, wrapped: string}} Wrap  base64: 65 bytes, and nonce 12 ‖ 32 ‖ tag 16 */

const NONCE_BYTES = 12;
const CURVE = Object.freeze({ name: 'ECDH', namedCurve: 'P-256' });

/** The bytes are not what was sealed, or this is not their key. A value of the outside world, not a bug. */
export class NotOpened extends Error {
  constructor() {
    super('not opened');
    this.name = 'NotOpened';
  }
}

/** @param {string} lane */
export const ingestInfo = (lane) => `fieldwork carry 1 ${lane}`;

/** @param {string} lane */
export const ownInfo = (lane) => `fieldwork own 1 ${lane}`;

/** @param {Bytes} raw 32 bytes @returns {Promise<CryptoKey>} */
export const aesKey = (raw) => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

/** @param {Bytes} point 65 bytes @returns {Promise<CryptoKey>} */
export const publicKey = (point) => crypto.subtle.importKey('raw', point, CURVE, false, []);

/**
 * @param {CryptoKey} key @param {Bytes} nonce 12 bytes, never used twice with one key @param {Bytes} bound additional
 * data (an entry's header) @param {Bytes} words @returns {Promise<Bytes>} nonce ‖ ciphertext ‖ tag
 */
export async function seal(key, nonce, bound, words) {
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: bound }, key, words);
  return joined([nonce, new Uint8Array(sealed)]);
}

/** Throws `NotOpened`. @param {CryptoKey} key @param {Bytes} bound @param {Bytes} sealed @returns {Promise<Bytes>} */
export async function open(key, bound, sealed) {
  if (sealed.length < NONCE_BYTES + 16) throw new NotOpened();
  try {
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: sealed.slice(0, NONCE_BYTES), additionalData: bound }, key, sealed.slice(NONCE_BYTES),
    );
    return new Uint8Array(opened);
  } catch (problem) {
    // WebCrypto says OperationError for a wrong key and for changed bytes alike; anything else is our mistake.
    if (problem instanceof DOMException && problem.name === 'OperationError') throw new NotOpened();
    throw problem;
  }
}

/**
 * Wrap a carry key to a public key.
 * @param {object} what
 * @param {Bytes} what.carryKey 32 bytes
 * @param {string} what.id the carry key's id
 * @param {Bytes} what.to 65 bytes
 * @param {string} what.info `ingestInfo(lane)` or `ownInfo(lane)`
 * @param {{privateKey: CryptoKey, public: Bytes}} what.ephemeral used for this wrap alone
 * @param {Bytes} what.nonce
 * @returns {Promise<Wrap>}
 */
export async function wrapCarryKey({ carryKey, id, to, info, ephemeral, nonce }) {
  const key = await agreedKey(ephemeral.privateKey, to, id, info);
  return {
    ephemeral: toBase64(ephemeral.public),
    wrapped: toBase64(await seal(key, nonce, uuidBytes(id), carryKey)),
  };
}

/** Throws `NotOpened`. @param {CryptoKey} privateKey @param {Wrap} wrap @param {string} id @param {string} info @returns {Promise<Bytes>} */
export async function unwrapCarryKey(privateKey, wrap, id, info) {
  try {
    const key = await agreedKey(privateKey, fromBase64(wrap.ephemeral), id, info);
    return await open(key, uuidBytes(id), fromBase64(wrap.wrapped));
  } catch (problem) {
    // A damaged wrap may hold no base64, or bytes that are no point of the curve.
    if (problem instanceof RangeError || (problem instanceof DOMException && problem.name === 'DataError')) throw new NotOpened();
    throw problem;
  }
}

/** @param {CryptoKey} privateKey @param {Bytes} point @param {string} id @param {string} info */
async function agreedKey(privateKey, point, id, info) {
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: await publicKey(point) }, privateKey, 256);
  const secret = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: uuidBytes(id), info: toUtf8(info) },
    secret, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'],
  );
}
