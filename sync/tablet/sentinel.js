/**
 * Keeps the small third place up to date: which database there was, and how far each stream had come.
 *
 * Browsers replace a damaged database by an empty one without a word; this is how the next start notices when the
 * journal has gone as well. It is written after the save, never before, and never decides whether a note is saved.
 */
import { StorageProblem } from './ports.js';

/** @typedef {{stream: string, sequence: number}} Numbered */

/** @param {import('./tablet.js').Tablet} tablet @param {Numbered[]} rows @returns {Promise<void>} */
export async function noteHighest(tablet, rows) {
  try {
    const mark = await tablet.storage.read('marks', 'database');
    const facts = (await tablet.sentinel.read()) ?? { database: mark.id, highest: {} };
    const highest = { ...facts.highest };
    for (const { stream, sequence } of rows) highest[stream] = Math.max(highest[stream] ?? 0, sequence);
    await tablet.sentinel.write({ database: mark.id, highest });
  } catch (problem) {
    // Both copies are made by now. The next save writes all of it again, and a start without it is only less wary.
    if (!(problem instanceof StorageProblem)) throw problem;
  }
}
