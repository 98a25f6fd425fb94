/**
 * What is only on this tablet: how many notes wait, since when, and which need a person to look.
 *
 * Reads small rows and needs no key, so it tells the truth while locked and about other people's notes as well ("another
 * inspector has 3 notes waiting on this tablet"). What a full tablet has in the journal alone waits like anything else: whoever counts here
 * gives the tablet and not its database. It shows no words. Source: assurance.md 1.3, DUR-02, DUR-24, DUR-27.
 */
import { streamParts } from './header.js';
import { outboxRow } from './mint.js';

/** @typedef {import('./stores.js').OutboxRow} OutboxRow */
/** @typedef {{unsent: number, held: number, quarantined: number, unreadable: number, waiting: number, safe: number, written: number, oldest_at: string | null, waiting_by_person: Record<string, number>}} OutboxCounts  `waiting` is unsent, held and unreadable together; `written` counts every number given out here, purged or not */
/** @typedef {{stream: string, sequence: number, operation: string, standing: OutboxRow['standing'], code: string | null, minted_at: string, at_office: boolean}} Attention */

/** @typedef {OutboxRow & {stream: string, sequence: number}} Placed */

/**
 * Everything that the office has not confirmed, with its place: the rows of the outbox, and what only the journal has taken so far.
 * @param {Pick<import('./tablet.js').Tablet, 'overflow'> & {storage: Pick<import('./ports.js').Storage, 'range'>}} tablet @returns {Promise<Placed[]>}
 */
export async function outboxRows({ storage, overflow }) {
  // Asked for before the rows: what moves into the database meanwhile is then there twice, and not nowhere.
  const aside = overflow.minted.map(({ row }) => row);
  const rows = (await storage.range('outbox')).map(({ key, value }) => ({ ...value, stream: key[0], sequence: key[1] }));
  const known = new Set(rows.map(({ operation }) => operation));
  const only = aside.filter(({ operation }) => !known.has(operation));
  return [...rows, ...only.map(({ stream, sequence, operation, minted_at }) => ({ ...outboxRow(operation, minted_at), stream, sequence }))];
}

const EMPTY = Object.freeze({ count: async () => 0, range: async () => [] });

/** @param {Pick<import('./tablet.js').Tablet, 'overflow'> & {storage: Pick<import('./ports.js').Storage, 'count' | 'range'>}} tablet @returns {Promise<OutboxCounts>} */
export async function countOutbox(tablet) {
  const { storage } = tablet;
  const counts = {
    unsent: 0, held: 0, quarantined: 0, unreadable: 0, waiting: 0, safe: await storage.count('safe'), written: 0,
    oldest_at: /** @type {string | null} */ (null), waiting_by_person: /** @type {Record<string, number>} */ ({}),
  };
  for (const row of await outboxRows(tablet)) {
    counts[row.standing] += 1;
    if (row.at_office) continue;
    counts.waiting += 1;
    if (counts.oldest_at === null || row.minted_at < counts.oldest_at) counts.oldest_at = row.minted_at;
    const person = streamParts(row.stream).person ?? '-';
    counts.waiting_by_person[person] = (counts.waiting_by_person[person] ?? 0) + 1;
  }
  for (const { value } of await storage.range('streams')) counts.written += value.highest;
  return counts;
}

/** Of a database that cannot be read: what only the journal has taken, if it has taken anything. @param {Pick<import('./tablet.js').Tablet, 'overflow'>} tablet @returns {Promise<OutboxCounts | null>} */
export const countAside = ({ overflow }) => (overflow.minted.length === 0 ? Promise.resolve(null) : countOutbox({ storage: EMPTY, overflow }));

/** Whether the office set it aside or could not read it, or its receipt did not agree. @param {Pick<OutboxRow, 'standing' | 'code'>} row */
export const needsPerson = ({ standing, code }) => standing !== 'unsent' && (standing !== 'held' || code === 'hash_differs');

/** Those that the office did not simply take, or whose receipt did not agree. @param {import('./ports.js').Storage} storage @returns {Promise<Attention[]>} */
export async function needsAttention(storage) {
  return (await storage.range('outbox'))
    .filter(({ value }) => needsPerson(value))
    .map(({ key, value }) => ({ stream: key[0], sequence: key[1], ...pick(value) }));
}

/** @param {OutboxRow} row */
const pick = ({ operation, standing, code, minted_at, at_office }) => ({ operation, standing, code, minted_at, at_office });
