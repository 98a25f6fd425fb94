/**
 * Keeps room for words: bytes that mean nothing lie on the tablet, and are given up when a note finds no room any more.
 *
 * Photographs of other applications fill a tablet, never the notes of ours; so the inspector who meets the full tablet in a kitchen can go on
 * writing for weeks, and is told to make room. Stands beside step 4 of the life of a note. It may not delay a save that has room, and may not
 * decide whether a note is saved: the commit that follows does. Source: assurance.md 1.2 "Quota", DUR-03.
 */
import { StorageProblem } from './ports.js';

/** @typedef {import('./ports.js').Ports} Ports */
/** @typedef {import('./ports.js').Room} Room */

export const SLICE_BYTES = 1_048_576;
/** 20 MB: more than ten thousand notes in both copies. */
const MOST_SLICES = 20;
/** Of a small quota no more than a tenth: a reserve must not be what fills the tablet. */
const TENTH = 10;
/** Where the browser does not say how much there is. */
const UNSAID_SLICES = 5;

/** How many slices a tablet with this much room should hold. @param {Room | null} room @returns {number} */
export const slicesFor = (room) => (room === null ? UNSAID_SLICES : Math.min(MOST_SLICES, Math.floor(room.quota_bytes / TENTH / SLICE_BYTES)));

/**
 * Lays the reserve, a slice a step. What lies there is counted before the first slice and not again before each: on a tablet that is slow,
 * twenty looks at twenty files come between somebody and their keys. Another tab that gives the reserve up meanwhile is seen at the next count.
 */
export class Laying {
  /** Whole slices, as counted and laid since; null: to be counted. @type {number | null} */
  #held = null;

  /** How often what was counted was forgotten: also in the middle of a step. */
  #forgotten = 0;

  /** @param {import('./ports.js').Reserve} reserve */
  constructor(reserve) {
    this.reserve = reserve;
  }

  /** What was counted holds no longer: the reserve was given up. */
  forget() {
    this.#held = null;
    this.#forgotten += 1;
  }

  /**
   * Lay one slice more, if one is wanted and there is room for twice what is missing. Twice is as once when the reserve is whole. Every
   * answer but `more` ends the laying: the next step counts again.
   * @returns {Promise<'whole' | 'more' | 'no_room'>} `more`: something is still missing and there was room
   */
  async step() {
    const forgotten = this.#forgotten;
    const held = this.#held ?? await this.reserve.held();
    this.#held = null;
    const room = await this.reserve.room();
    const missing = slicesFor(room) - held;
    if (missing <= 0) return 'whole';
    if (room !== null && room.quota_bytes - room.used_bytes < 2 * missing * SLICE_BYTES) return 'no_room';
    try {
      await this.reserve.lay();
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      return 'no_room';
    }
    if (forgotten !== this.#forgotten) return 'more';
    if (missing === 1) return 'whole';
    this.#held = held + 1;
    return 'more';
  }
}

/**
 * The same ports, but what finds no room in the unsent database or in its journal gives the reserve up and is tried once more. Also when
 * the reserve was empty: another tab may have given it up a moment ago. Trying again is harmless, because a commit looks at its checks again.
 * @template {Pick<Ports, 'storage' | 'journal' | 'reserve'>} P @param {P} ports @returns {P}
 */
export function withReserve(ports) {
  const { storage, journal, reserve } = ports;
  if (reserve === undefined) return ports;
  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  const twice = async (work) => {
    try {
      return await work();
    } catch (problem) {
      if (!(problem instanceof StorageProblem) || problem.kind !== 'quota') throw problem;
      await reserve.drop();
      return work();
    }
  };
  return {
    ...ports,
    storage: { ...storage, commit: (changes, options) => twice(() => storage.commit(changes, options)) },
    journal: {
      ...journal,
      append: (bytes) => twice(() => journal.append(bytes)),
      rewrite: (change) => twice(() => journal.rewrite(change)),
    },
  };
}
