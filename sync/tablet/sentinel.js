/**
 * Keeps the small third place up to date: which database there was, and how far each stream had come.
 *
 * Browsers replace a damaged database by an empty one without a word; this is how the next start notices when the
 * journal has gone as well. It is written after the save, never before, and never decides whether a note is saved: a person
 * who has been told so does not wait for it, and a place that hangs or is full takes nothing from two good copies. What
 * comes while it is being written goes with the next writing, so it is one behind at most, and never ahead.
 */
import { StorageProblem } from './ports.js';

/** @typedef {{stream: string, sequence: number}} Numbered */

export class SentinelNotes {
  /** All that this start has noted. It is written whole each time, so what another tab wrote over comes back. @type {Map<string, number>} */
  #highest = new Map();

  #due = false;

  /** @type {Promise<void> | null} */
  #writing = null;

  /** @param {Pick<import('./ports.js').Ports, 'storage' | 'sentinel'>} ports */
  constructor(ports) {
    this.ports = ports;
  }

  /** Resolves when it is written, or could not be. Twice is as once. @param {Numbered[]} rows @returns {Promise<void>} */
  note(rows) {
    for (const { stream, sequence } of rows) this.#highest.set(stream, Math.max(this.#highest.get(stream) ?? 0, sequence));
    this.#due = true;
    this.#writing ??= this.#write();
    return this.#writing;
  }

  /** Resolves when nothing is being written. @returns {Promise<void>} */
  async settled() {
    await this.#writing;
  }

  async #write() {
    try {
      while (this.#due) {
        this.#due = false;
        await this.#once();
      }
    } finally {
      this.#writing = null;
    }
  }

  async #once() {
    const { storage, sentinel } = this.ports;
    try {
      const mark = await storage.read('marks', 'database');
      // A database that was replaced by an empty one meanwhile: what stands here is how the next start notices.
      if (mark === undefined) return;
      const highest = { ...(await sentinel.read())?.highest };
      for (const [stream, sequence] of this.#highest) highest[stream] = Math.max(highest[stream] ?? 0, sequence);
      await sentinel.write({ database: mark.id, highest });
    } catch (problem) {
      // Both copies are made by now. The next save writes all of it again, and a start without it is only less wary.
      if (!(problem instanceof StorageProblem)) throw problem;
    }
  }
}
