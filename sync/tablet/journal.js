/**
 * The second copy of every saved note: frames in an append-only file that can be damaged and still be read.
 *
 * Each frame stands alone: length, checksum, the header, the sealed bytes and the wraps of its carry key. A damaged
 * tail or a hole in the middle costs the frames it touches and is reported; it never throws the rest away.
 *
 *     "FWJ1" | length of content, 4 bytes | CRC-32 of content, 4 bytes | content
 *     content = length of facts, 4 bytes | facts as JSON in UTF-8 | sealed bytes        (numbers big-endian)
 */
import { fromUtf8, joined, toUtf8 } from './bytes.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {import('./carry.js').CarryRow} CarryRow */
/** @typedef {{kind: 'entry', header: string, minted_at: string, carry: CarryRow | null, redacted: boolean}} EntryFacts  no carry key when the words under it are gone */
/** @typedef {{kind: 'keys', marks: {key: string, value: unknown}[]}} KeysFacts  public keys and wrapped ones: no secret */
/** @typedef {{kind: 'purged', stream: string, to: number}} PurgedFacts  numbers up to this one are gone on purpose */
/** @typedef {{facts: EntryFacts | KeysFacts | PurgedFacts, sealed: Bytes}} Frame */

const MAGIC = Object.freeze([0x46, 0x57, 0x4a, 0x31]);
const FRAME_HEAD_BYTES = 12;

/** @param {Frame} frame @returns {Bytes} */
export function writeFrame({ facts, sealed }) {
  const told = toUtf8(JSON.stringify(facts));
  const content = joined([number(told.length), told, sealed]);
  return joined([new Uint8Array(MAGIC), number(content.length), number(crc32(content)), content]);
}

/**
 * All whole frames, and how many bytes belong to none. @param {Bytes} bytes @returns {{frames: Frame[], damaged_bytes: number}}
 */
export function readFrames(bytes) {
  const { found, damaged_bytes } = framesIn(bytes);
  return { frames: found.map(({ frame }) => frame), damaged_bytes };
}

/**
 * A file again, with each frame as `change` gives it back, or without it (`null`). A frame that is given back as it came keeps its very bytes.
 * Damaged bytes do not come along. @param {Bytes} bytes @param {(frame: Frame) => Frame | null} change @returns {Bytes}
 */
export function changedFrames(bytes, change) {
  return joined(framesIn(bytes).found.flatMap(({ frame, at, end }) => {
    const changed = change(frame);
    if (changed === null) return [];
    return [changed === frame ? bytes.subarray(at, end) : writeFrame(changed)];
  }));
}

/** @param {Bytes} bytes @returns {{found: {frame: Frame, at: number, end: number}[], damaged_bytes: number}} */
function framesIn(bytes) {
  /** @type {{frame: Frame, at: number, end: number}[]} */
  const found = [];
  let damaged = 0;
  let at = 0;
  while (at < bytes.length) {
    const next = frameAt(bytes, at);
    if (next === null) {
      // Look for the next beginning byte by byte: one that stands inside sealed bytes fails its checksum.
      damaged += 1;
      at += 1;
    } else {
      found.push({ ...next, at });
      at = next.end;
    }
  }
  return { found, damaged_bytes: damaged };
}

/** @param {Bytes} bytes @param {number} at @returns {{frame: Frame, end: number} | null} */
function frameAt(bytes, at) {
  if (at + FRAME_HEAD_BYTES > bytes.length || MAGIC.some((byte, index) => bytes[at + index] !== byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = at + FRAME_HEAD_BYTES + view.getUint32(at + 4);
  if (end > bytes.length || end < at + FRAME_HEAD_BYTES + 4) return null;
  const content = bytes.slice(at + FRAME_HEAD_BYTES, end);
  if (crc32(content) !== view.getUint32(at + 8)) return null;
  const factsBytes = new DataView(content.buffer).getUint32(0);
  return {
    frame: { facts: JSON.parse(fromUtf8(content.slice(4, 4 + factsBytes))), sealed: content.slice(4 + factsBytes) },
    end,
  };
}

/** @param {number} value @returns {Bytes} */
function number(value) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** @param {Bytes} bytes @returns {number} */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
