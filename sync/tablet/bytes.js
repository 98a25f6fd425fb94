/**
 * Bytes as they are kept: text to UTF-8 and back, base64 with padding, hexadecimal, SHA-256.
 *
 * Every hash in the promise is taken over bytes that are there, so this is the only place that turns one form into
 * another. Nothing here changes a byte order mark, a surrogate or a case.
 */

/** @typedef {import('./ports.js').Bytes} Bytes */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param {string} text @returns {Bytes} */
export const toUtf8 = (text) => encoder.encode(text);

/** Throws a TypeError when the bytes are not UTF-8. @param {Bytes} bytes @returns {string} */
export const fromUtf8 = (bytes) => decoder.decode(bytes);

/** @param {Bytes[]} parts @returns {Bytes} */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Bytes} bytes @returns {string} */
export function toBase64(bytes) {
  let binary = '';
  // One call with a million arguments would overflow the stack.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Throws a RangeError for anything but the standard alphabet with padding. @param {string} text @returns {Bytes} */
export function fromBase64(text) {
  if (!BASE64.test(text)) throw new RangeError('not base64');
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** @param {Bytes} bytes @returns {string} */
export function toHex(bytes) {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** @param {string} text @returns {Bytes} */
export function fromHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

/** The 16 bytes of a UUID. @param {string} uuid @returns {Bytes} */
export const uuidBytes = (uuid) => fromHex(uuid.replaceAll('-', ''));

/** @param {Bytes} bytes @returns {Promise<string>} 64 lower case hexadecimal digits */
export async function sha256(bytes) {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
