/**
 * Puts every saved note into the journal and remembers, for this start, what is not there yet.
 *
 * When the flush fails the person is told "Saved once. Second copy failed."; the frames wait here and go first next
 * time, so that one bad moment heals. May not drop a frame, and may not claim a copy before the flush.
 */
import { joined } from './bytes.js';
import { changedFrames, writeFrame } from './journal.js';
import { StorageProblem } from './ports.js';

/** @typedef {import('./journal.js').Frame} Frame */
/** @typedef {import('./ports.js').Journal} Journal */

const NO_BYTES = new Uint8Array(0);

export class SecondCopy {
  /** @type {Frame[]} */
  #due = [];

  /** @type {Set<string>} operations whose bodies have still to be removed from files of the journal */
  #toScrub = new Set();

  /** @type {Set<(frame: Frame) => Frame>} other changes that have still to be made in files of the journal */
  #toAmend = new Set();

  /** @type {Set<string>} headers flushed since this start */
  #held = new Set();

  /** @param {Journal} journal */
  constructor(journal) {
    this.journal = journal;
  }

  get dueCount() {
    return this.#due.length;
  }

  /** @param {string} header @returns {boolean} whether it was flushed since this start */
  holds(header) {
    return this.#held.has(header);
  }

  /** @param {Frame[]} frames @returns {Promise<StorageProblem | null>} null once everything due is flushed */
  async write(frames) {
    // Taken at once, so that two saves in flight do not both write the same frames and forget one of them.
    const taken = [...this.#due, ...frames];
    this.#due = [];
    if (taken.length === 0) return null;
    try {
      await this.journal.append(joined(taken.map(writeFrame)));
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      this.#due = [...taken, ...this.#due];
      return problem;
    }
    for (const { facts } of taken) if (facts.kind === 'entry') this.#held.add(facts.header);
    return null;
  }

  /** Try again what failed. @returns {Promise<StorageProblem | null>} */
  async retry() {
    let problem = (await this.write([])) ?? (this.#toScrub.size > 0 ? await this.scrub([]) : null);
    for (const change of this.#toAmend) problem ??= await this.amendInTheEnd(change);
    return problem;
  }

  /**
   * As `amend`; what failed is remembered for this start and made with the next `retry`.
   * @param {(frame: Frame) => Frame} change @returns {Promise<StorageProblem | null>}
   */
  async amendInTheEnd(change) {
    this.#toAmend.add(change);
    const problem = await this.amend(change);
    if (problem === null) this.#toAmend.delete(change);
    return problem;
  }

  /**
   * Remove the bodies of these operations from what is due and from every file that can be reached. Twice is as once.
   * @param {Iterable<string>} operations @returns {Promise<StorageProblem | null>}
   */
  async scrub(operations) {
    for (const operation of operations) this.#toScrub.add(operation);
    const now = new Set(this.#toScrub);
    const problem = await this.amend((frame) => scrubbed(frame, now));
    if (problem === null) for (const operation of now) this.#toScrub.delete(operation);
    return problem;
  }

  /**
   * Put each frame as `change` gives it in its place, in what is due and in every file that can be reached. `change` may be called for one
   * frame more than once. @param {(frame: Frame) => Frame} change @returns {Promise<StorageProblem | null>}
   */
  async amend(change) {
    this.#due = this.#due.map(change);
    try {
      await this.journal.rewrite((bytes) => changedFrames(bytes, change));
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      return problem;
    }
    return null;
  }
}

/** @param {Frame} frame @param {Set<string>} operations @returns {Frame} */
export function scrubbed(frame, operations) {
  const { facts } = frame;
  if (facts.kind !== 'entry' || facts.redacted || !operations.has(JSON.parse(facts.header).operation)) return frame;
  return { facts: { ...facts, redacted: true }, sealed: NO_BYTES };
}
