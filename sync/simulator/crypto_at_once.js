/**
 * The tablets' cryptography without other threads: the same algorithms of the same library, through Node's synchronous door.
 *
 * Node's own `crypto.subtle` hands every digest and every sealing to a thread and waits for it; that took more of a seed than sealing did.
 * What is done at once also ends in the order in which it was asked for, on every machine (SYN-02). Only what the core asks for is here.
 * Loaded before the tablets of the simulator; what ships never sees it, and its own tests run on the real `crypto.subtle`.
 */
import { createCipheriv, createDecipheriv, createECDH, createHash, hkdfSync } from 'node:crypto';

/** @typedef {import('../tablet/ports.js').Bytes} Bytes */
/**
 * Stands in for a CryptoKey. `secret` is the key's own bytes, `point` the public point where there is one.
 * @typedef {{algorithm: string, extractable: boolean, usages: readonly string[], secret: Uint8Array, point: Uint8Array}} Key
 */
/** @typedef {{name: string, iv: Bytes, additionalData: Bytes}} Sealing */

const NONE = new Uint8Array(0);
const TAG_BYTES = 16;
const POINT_BYTES = 65;
/** All of a P-256 key in PKCS#8 before its secret, and what stands between the secret and the public point. */
const PKCS8_HEAD = Buffer.from('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420', 'hex');
const PKCS8_MIDDLE = Buffer.from('a144034200', 'hex');
const SECRET_BYTES = 32;

/** @param {string} name @returns {never} */
const refuse = (name) => {
  throw new DOMException(`refused: ${name}`, name);
};

/** @param {Key} key @param {string} usage */
function mayBeUsed(key, usage) {
  if (!key.usages.includes(usage)) refuse('InvalidAccessError');
}

/** @param {Uint8Array} point @returns {Uint8Array} */
const checkedPoint = (point) => (point.length === POINT_BYTES && point[0] === 4 ? point.slice() : refuse('DataError'));

/** @type {Record<string, (given: any) => {secret: Uint8Array, point: Uint8Array}>} by format and algorithm */
const IMPORTS = {
  'raw AES-GCM': (raw) => ({ secret: Uint8Array.from(raw), point: NONE }),
  'raw HKDF': (raw) => ({ secret: new Uint8Array(raw), point: NONE }),
  'raw ECDH': (raw) => ({ secret: NONE, point: checkedPoint(raw) }),
  'pkcs8 ECDH': (raw) => {
    if (raw.length !== PKCS8_HEAD.length + SECRET_BYTES + PKCS8_MIDDLE.length + POINT_BYTES) refuse('DataError');
    if (!PKCS8_HEAD.equals(raw.subarray(0, PKCS8_HEAD.length))) refuse('DataError');
    const end = PKCS8_HEAD.length + SECRET_BYTES;
    return { secret: raw.slice(PKCS8_HEAD.length, end), point: checkedPoint(raw.slice(end + PKCS8_MIDDLE.length)) };
  },
  'jwk ECDH': ({ d, x, y }) => {
    const [secret, right, up] = [d, x, y].map((part) => Buffer.from(part, 'base64url'));
    return { secret: new Uint8Array(secret), point: new Uint8Array([4, ...right, ...up]) };
  },
};

/** @param {Key} own @param {Key} other @returns {ArrayBuffer} */
function agree(own, other) {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(own.secret);
  try {
    return Uint8Array.from(curve.computeSecret(other.point)).buffer;
  } catch {
    return refuse('DataError');
  }
}

const AT_ONCE = {
  /** @param {string} format @param {any} given @param {string | {name: string}} algorithm @param {boolean} extractable @param {string[]} usages @returns {Promise<Key>} */
  async importKey(format, given, algorithm, extractable, usages) {
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    return { algorithm: name, extractable, usages, ...IMPORTS[`${format} ${name}`](given) };
  },
  /** @param {'pkcs8'} _format @param {Key} key @returns {Promise<ArrayBuffer>} */
  async exportKey(_format, { extractable, secret, point }) {
    if (!extractable) refuse('InvalidAccessError');
    return Uint8Array.from(Buffer.concat([PKCS8_HEAD, secret, PKCS8_MIDDLE, point])).buffer;
  },
  /** @param {Sealing} how @param {Key} key @param {Bytes} words @returns {Promise<Uint8Array>} */
  async encrypt({ iv, additionalData }, key, words) {
    mayBeUsed(key, 'encrypt');
    const cipher = createCipheriv('aes-256-gcm', key.secret, iv).setAAD(additionalData);
    return Buffer.concat([cipher.update(words), cipher.final(), cipher.getAuthTag()]);
  },
  /** @param {Sealing} how @param {Key} key @param {Bytes} sealed @returns {Promise<Uint8Array>} */
  async decrypt({ iv, additionalData }, key, sealed) {
    mayBeUsed(key, 'decrypt');
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', key.secret, iv).setAAD(additionalData).setAuthTag(sealed.subarray(end));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
    } catch {
      return refuse('OperationError');
    }
  },
  /** @param {string} _algorithm @param {Bytes} bytes @returns {Promise<Uint8Array>} SHA-256: the core asks for no other */
  async digest(_algorithm, bytes) {
    return createHash('sha256').update(bytes).digest();
  },
  /** @param {{public: Key}} how @param {Key} key @returns {Promise<ArrayBuffer>} */
  async deriveBits({ public: other }, key) {
    mayBeUsed(key, 'deriveBits');
    return agree(key, other);
  },
  /** @param {{salt: Bytes, info: Bytes}} how @param {Key} key @param {{name: string}} into @param {boolean} extractable @param {string[]} usages @returns {Promise<Key>} */
  async deriveKey({ salt, info }, key, into, extractable, usages) {
    mayBeUsed(key, 'deriveKey');
    const secret = new Uint8Array(hkdfSync('sha256', key.secret, salt, info, SECRET_BYTES));
    return { algorithm: into.name, extractable, usages, secret, point: NONE };
  },
};

Object.assign(crypto.subtle, AT_ONCE);
