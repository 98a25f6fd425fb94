/**
 * What is only on this tablet: how many notes wait, since when, and which need a person to look.
 *
 * Reads small rows and needs no key, so it tells the truth while locked and about other people's notes as well ("another
 * inspector has 3 notes waiting on this tablet"). It shows no words. Source: assurance.md 1.3, DUR-24, DUR-27.
 */
import { streamParts } from './header.js';

/** @typedef {import('./stores.js').OutboxRow} OutboxRow */
/** @typedef {{unsent: number, held: number, quarantined: number, unreadable: number, waiting: number, safe: number, written: number, oldest_at: string | null, waiting_by_person: Record<string, number>}} OutboxCounts  `waiting` is unsent, held and unreadable together; `written` counts every number given out here, purged or not */
/** @typedef {{stream: string, sequence: number, operation: string, standing: OutboxRow['standing'], code: string | null, minted_at: string, at_office: boolean}} Attention */

/** @param {import('./ports.js').Storage} storage @returns {Promise<OutboxCounts>} */
export async function countOutbox(storage) {
  const counts = {
    unsent: 0, held: 0, quarantined: 0, unreadable: 0, waiting: 0, safe: await storage.count('safe'), written: 0,
    oldest_at: /** @type {string | null} */ (null), waiting_by_person: /** @type {Record<string, number>} */ ({}),
  };
  for (const { key, value } of await storage.range('outbox')) {
    const row = /** @type {OutboxRow} */ (value);
    counts[row.standing] += 1;
    if (row.at_office) continue;
    counts.waiting += 1;
    if (counts.oldest_at === null || row.minted_at < counts.oldest_at) counts.oldest_at = row.minted_at;
    const person = streamParts(key[0]).person ?? '-';
    counts.waiting_by_person[person] = (counts.waiting_by_person[person] ?? 0) + 1;
  }
  for (const { value } of await storage.range('streams')) counts.written += value.highest;
  return counts;
}

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
