/**
 * A sealed copy: everything that the office has not confirmed, of everybody on this tablet, in one file.
 *
 * For the day when nothing can be sent. It needs no key and no unlock, because it is what pushes carry: sealed lines, and carry keys
 * wrapped for the office. Nothing is written here and nothing counts as sent: what is in the file waits on this tablet as before, and
 * is safe when the office has answered. Source: PROTOCOL.md 8, assurance.md DUR-26.
 */
import { joined, sha256, toUtf8 } from './bytes.js';
import { streamParts } from './header.js';
import { carryKeyAsSent, pushLine } from './line.js';
import { settle } from './overflow.js';
import { runsOf } from './push.js';

/** @typedef {import('./ports.js').Bytes} Bytes */
/** @typedef {import('./carry.js').CarryRow} CarryRow */
/** @typedef {import('./stores.js').EntryRow} EntryRow */
/**
 * @typedef {object} SealedCopy
 * @property {Bytes} bytes the file
 * @property {string} copied_at
 * @property {number} operations how many are in it
 * @property {number} people of how many people
 * @property {number} missing what waits and is not whole in the main copy: the entry or its key is not there; it is put right at the next start
 */

const FORMAT = 'fieldwork-copy/1';
const READ_AT_ONCE = 100;
const LINE_END = toUtf8('\n');

/** Made anew each time, from what waits now. @param {import('./tablet.js').Tablet} tablet @returns {Promise<SealedCopy>} */
export async function makeSealedCopy(tablet) {
  // What the journal alone has goes into the database if it takes it, and into the file in any case.
  await settle(tablet);
  const { storage, clock } = tablet;
  const waiting = (await storage.range('outbox')).filter(({ value }) => !value.at_office).map(({ key, value }) => ({ key, row: value }));
  /** @type {Map<string, CarryRow>} */
  const carryRows = new Map();
  /** @type {Bytes[]} */
  const lines = [];
  const people = new Set();
  const take = (/** @type {EntryRow} */ entry) => {
    lines.push(pushLine(entry));
    people.add(streamParts(entry.stream).person);
  };
  let missing = 0;
  for (const run of runsOf(waiting, READ_AT_ONCE)) {
    const rows = await storage.range('entries', { from: run[0].key, to: run[run.length - 1].key });
    for (const { value } of rows) {
      take(value);
      if (value.sealed === null || carryRows.has(value.carry)) continue;
      const carryRow = await storage.read('carry_keys', value.carry);
      if (carryRow !== undefined) carryRows.set(value.carry, carryRow);
      // The office may have the key from before, so the line goes with the others; nobody may rely on it.
      else missing += 1;
    }
    missing += run.length - rows.length;
  }
  for (const { row, carry } of tablet.overflow.minted) {
    take(row);
    if (carry !== null) carryRows.set(carry.id, carry);
  }
  const copied_at = clock.now();
  const bytes = await writeSealedCopy(copied_at, [...carryRows.values()], lines);
  return { bytes, copied_at, operations: lines.length, people: people.size, missing };
}

/** @param {string} copied_at @param {CarryRow[]} carryRows @param {Bytes[]} lines as in a push, without LF @returns {Promise<Bytes>} */
export async function writeSealedCopy(copied_at, carryRows, lines) {
  const keys = carryRows.map((row) => toUtf8(JSON.stringify(carryKeyAsSent(row))));
  const rest = joined([...keys, ...lines].flatMap((line) => [line, LINE_END]));
  const head = { format: FORMAT, copied_at, carry_keys: keys.length, operations: lines.length, bytes: rest.length, sha256: await sha256(rest) };
  return joined([toUtf8(JSON.stringify(head)), LINE_END, rest]);
}
