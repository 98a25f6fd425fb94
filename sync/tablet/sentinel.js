/**
 * Keeps the small third place up to date: which database there was, and how far each stream had come.
 *
 * Browsers replace a damaged database by an empty one without a word; this is how the next start notices when the
 * journal has gone as well. It is written after the save, never before, and never decides whether a note is saved: a person
 * who has been told so does not wait for it, and a place that hangs or is full takes nothing from two good copies. What
 * comes while it is being written goes with the next writing, so it is one behind at most, and never ahead. Where it could not be
 * written, a mark in the database says so until it could be: a start must not take it for the whole truth.
 */
import { StorageProblem } from './ports.js';

export const SENTINEL_FAILED = 'sentinel_failed';

/** @typedef {{stream: string, sequence: number}} Numbered */

export class SentinelNotes {
  /** All that this start has noted. It is written whole each time, so what another tab wrote over comes back. @type {Map<string, number>} */
  #highest = new Map();

  #due = false;

  /** Whether the mark of a failed writing stands; `null` while this start has not looked. @type {boolean | null} */
  #marked = null;

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
      await this.#mark(mark.id, !(await this.#isWritten({ database: mark.id, highest })));
    } catch (problem) {
      // Both copies are made by now. The next save writes all of it again.
      if (!(problem instanceof StorageProblem)) throw problem;
    }
  }

  /** @param {import('./ports.js').SentinelFacts} facts @returns {Promise<boolean>} */
  async #isWritten(facts) {
    try {
      await this.ports.sentinel.write(facts);
      return true;
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      return false;
    }
  }

  /** Only in the database that was meant: one that was emptied meanwhile gets no mark. @param {string} database @param {boolean} failed */
  async #mark(database, failed) {
    const { storage } = this.ports;
    this.#marked ??= (await storage.read('marks', SENTINEL_FAILED)) !== undefined;
    if (this.#marked === failed) return;
    /** @type {import('./ports.js').Change} */
    const change = failed ? { store: 'marks', key: SENTINEL_FAILED, put: { failed } } : { store: 'marks', remove: SENTINEL_FAILED };
    const check = [{ store: 'marks', key: 'database', equals: { id: database } }];
    if (await storage.commit([change], { check }) === 'committed') this.#marked = failed;
  }
}
