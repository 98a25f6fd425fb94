/**
 * The wire: what a tablet sends to the office and what it believes of the answers.
 *
 * An answer without `format` and `epoch` is not from central (a café's sign-in page, a cut line) and changes nothing:
 * such an answer is `null` here, so nobody can act on it by mistake. Source: PROTOCOL.md 4.
 */
import { fromUtf8, joined, sha256, toBase64, toUtf8 } from './bytes.js';
import { readHeader, Unreadable } from './header.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {import('./ports.js').Answer} Answer */
/** @typedef {import('./header.js').Header} Header */
/** @typedef {import('./carry.js').CarryRow} CarryRow */
/** @typedef {{header: string, carry: string, sealed: Bytes | null}} PushEntry */
/**
 * @typedef {object} Receipt
 * @property {'stored' | 'duplicate' | 'held' | 'quarantined' | 'unreadable'} verdict
 * @property {string} [operation]
 * @property {number} [sequence]
 * @property {string | null} [header_hash]
 * @property {string | null} [body_hash]
 * @property {boolean} [redacted]
 * @property {string} [code]
 * @property {number} [line]
 * @property {string} [line_hash]
 */
/** @typedef {{position: number, receivedAt: string, headerText: string, header: Header, body: Bytes | null}} PulledRow */
/** @typedef {{epoch: string, scope: string, lane: string, after: number, last: number, more: boolean, rows: PulledRow[]}} PullPage */

export const LINES = 'application/fieldwork-lines';
const VERDICTS = ['stored', 'duplicate', 'held', 'quarantined', 'unreadable'];

/** One line of a push, without its LF. A body that was redacted before it could be sent leaves both columns empty. @param {PushEntry} entry @returns {Bytes} */
export function pushLine({ header, carry, sealed }) {
  return sealed === null ? toUtf8(`${header}\t\t`) : toUtf8(`${header}\t${carry}\t${toBase64(sealed)}`);
}

/** @param {PushEntry} entry @returns {number} bytes on the wire, with LF */
export const lineBytes = ({ header, carry, sealed }) => header.length + 3
  + (sealed === null ? 0 : carry.length + Math.ceil(sealed.length / 3) * 4);

/** What the office needs of a carry key; the author's own wrap stays at home. @param {CarryRow} row */
export const carryKeyAsSent = (row) => ({
  id: row.id, lane: row.lane, ingest: row.ingest.id, ephemeral: row.ingest.ephemeral, wrapped: row.ingest.wrapped,
});

/** @param {CarryRow[]} carryRows @param {Bytes[]} lines @returns {Bytes} */
export function writePush(carryRows, lines) {
  const head = JSON.stringify({ format: 'fieldwork-push/1', carry_keys: carryRows.map(carryKeyAsSent) });
  const newLine = toUtf8('\n');
  return joined([toUtf8(head), newLine, ...lines.flatMap((line) => [line, newLine])]);
}

/** The hash by which an unreadable line is found again. @param {Bytes} line without its LF */
export const lineHash = (line) => sha256(line);

/** @param {Answer} answer @param {string} format @returns {any} the object, or null when this is not from central */
export function readAnswer(answer, format) {
  if (answer.status !== 200) return null;
  const value = parsed(answer.bytes);
  if (value === null || typeof value !== 'object' || value.format !== format) return null;
  return typeof value.epoch === 'string' && value.epoch !== '' ? value : null;
}

/** @param {Answer} answer @returns {{epoch: string, receipts: Receipt[]} | null} */
export function readReceipts(answer) {
  const value = readAnswer(answer, 'fieldwork-receipts/1');
  if (value === null || !Array.isArray(value.receipts)) return null;
  return value.receipts.every(isReceipt) ? { epoch: value.epoch, receipts: value.receipts } : null;
}

/** @param {any} receipt @returns {boolean} */
function isReceipt(receipt) {
  if (receipt === null || typeof receipt !== 'object' || !VERDICTS.includes(receipt.verdict)) return false;
  if (receipt.verdict === 'unreadable') return typeof receipt.line_hash === 'string' && Number.isSafeInteger(receipt.line);
  return typeof receipt.operation === 'string' && Number.isSafeInteger(receipt.sequence);
}

/**
 * A page, whole or not at all: `null` for anything that does not read to its end or does not continue at `after`.
 * @param {Answer} answer @param {{scope: string, lane: string, after: number}} asked @returns {PullPage | null}
 */
export function readPull(answer, asked) {
  if (answer.status !== 200) return null;
  let text;
  try {
    text = fromUtf8(answer.bytes);
  } catch (problem) {
    if (problem instanceof TypeError) return null;
    throw problem;
  }
  if (!text.endsWith('\n')) return null;
  const lines = text.slice(0, -1).split('\n');
  const head = parsed(toUtf8(lines[0]));
  const right = head !== null && typeof head === 'object' && head.format === 'fieldwork-pull/1' && typeof head.epoch === 'string'
    && head.scope === asked.scope && head.lane === asked.lane && head.after === asked.after
    && Number.isSafeInteger(head.last) && typeof head.more === 'boolean';
  if (!right) return null;
  /** @type {PulledRow[]} */
  const rows = [];
  for (const line of lines.slice(1)) {
    const row = pulledRow(line);
    if (row === null || row.position !== asked.after + rows.length + 1) return null;
    rows.push(row);
  }
  // A page that was cut at the end of a line looks whole; `last` is the position it ought to end with.
  if (asked.after + rows.length !== head.last || (rows.length === 0 && head.more)) return null;
  return { epoch: head.epoch, scope: head.scope, lane: head.lane, after: head.after, last: head.last, more: head.more, rows };
}

/** @param {string} line @returns {PulledRow | null} */
function pulledRow(line) {
  const columns = line.split('\t');
  if (columns.length !== 4 || !/^[1-9][0-9]*$/.test(columns[0])) return null;
  try {
    return {
      position: Number(columns[0]),
      receivedAt: columns[1],
      headerText: columns[2],
      header: readHeader(toUtf8(columns[2])),
      body: columns[3] === '' ? null : toUtf8(columns[3]),
    };
  } catch (problem) {
    if (problem instanceof Unreadable) return null;
    throw problem;
  }
}

/** @param {Bytes} bytes @returns {any} null when it is not JSON */
function parsed(bytes) {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch (problem) {
    if (problem instanceof SyntaxError || problem instanceof TypeError) return null;
    throw problem;
  }
}
