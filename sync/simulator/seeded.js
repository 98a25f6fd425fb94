/**
 * Chance, ids and key pairs from a seed, for the simulator and the tests: the same seed gives the same bytes on every
 * machine. Never shipped: it is as far from random as can be.
 */
import { createECDH, createHash } from 'node:crypto';

/** @typedef {import('../tablet/ports.js').Bytes} Bytes */

/** @param {string} seed @returns {import('../tablet/ports.js').Random & {integer: (below: number) => number}} */
export function seededRandom(seed) {
  let turn = 0;
  /** @param {number} length @returns {Bytes} */
  const bytes = (length) => {
    const whole = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash('sha256').update(`${seed} ${turn}`).digest();
      turn += 1;
      whole.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return whole;
  };
  const integer = (/** @type {number} */ below) => new DataView(bytes(4).buffer).getUint32(0) % below;
  return { bytes, integer, uuid4: () => uuid(bytes(16), 4) };
}

/** @param {Bytes} bytes 16 @param {number} version */
export function uuid(bytes, version) {
  const made = bytes.slice();
  made[6] = (made[6] & 0x0f) | (version << 4);
  made[8] = (made[8] & 0x3f) | 0x80;
  const hex = Buffer.from(made).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A UUIDv7 of this time. @param {import('../tablet/ports.js').Random} random @param {string} now */
export function uuid7(random, now) {
  const bytes = random.bytes(16);
  let rest = Date.parse(now);
  for (let at = 5; at >= 0; at -= 1) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return uuid(bytes, 7);
}

/** @param {import('../tablet/ports.js').Random} random @returns {import('../tablet/ports.js').KeyMaking} */
export function seededKeyMaking(random) {
  return {
    async pair({ extractable = false } = {}) {
      const curve = createECDH('prime256v1');
      const secret = random.bytes(32);
      // Below the order of the curve for certain, and not zero.
      secret[0] = 0x3f;
      curve.setPrivateKey(secret);
      const point = new Uint8Array(curve.getPublicKey());
      const base64url = (/** @type {Uint8Array} */ part) => Buffer.from(part).toString('base64url');
      const jwk = {
        kty: 'EC', crv: 'P-256', d: base64url(secret), x: base64url(point.slice(1, 33)), y: base64url(point.slice(33)),
      };
      const privateKey = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDH', namedCurve: 'P-256' }, extractable, ['deriveBits']);
      return { privateKey, public: point };
    },
  };
}
