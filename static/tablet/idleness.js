/**
 * Locks the tablet when nobody uses it: warns first, and a touch is enough to keep it open (design 3, SEC-04).
 *
 * What counts is the person: keys, touches, clicks that the page tells of, and never what a page fetches by itself. Time is taken from two
 * clocks, because a tab that sleeps gets no timer and no time on the one, and the other may be put back: the longer of the two counts. So the
 * first touch after a night finds the tablet overdue, whatever has run meanwhile, and does not open it again.
 */

/** @typedef {{wall_ms: () => number, steady_ms: () => number}} Clocks  the time of day, and one that is never put back */
/**
 * @typedef {object} Around
 * @property {() => Promise<number>} minutes the limit as it is now
 * @property {(left_s: number) => void} warn
 * @property {() => void} stay the person is there after all
 * @property {() => void} overdue somebody must lock now; told again at each look until it is locked
 */

export const WARNED_MS = 30_000;
export const LOOK_EVERY_MS = 5_000;
/** No limit is shorter, so before this nothing need be read to know that the tablet stays open. */
const NEVER_BEFORE_MS = 60_000;

export class Idleness {
  /** When the person did something last, by both clocks; null while locked. @type {{wall_ms: number, steady_ms: number} | null} */
  #last = null;

  #warned = false;

  /** The limit that was passed, in minutes; null before. @type {number | null} */
  passed_minutes = null;

  /** @param {Clocks} clocks @param {Around} around */
  constructor(clocks, around) {
    this.clocks = clocks;
    this.around = around;
  }

  /** At unlock. */
  begin() {
    this.passed_minutes = null;
    this.#count();
  }

  /** At lock. Says after how many minutes without use it was; null when somebody locked by hand. @returns {number | null} */
  end() {
    this.#last = null;
    this.#warned = false;
    return this.passed_minutes;
  }

  /** The person did something. What is overdue stays overdue. */
  async used() {
    if (await this.look()) return;
    if (this.#last !== null) this.#count();
  }

  /** Compare the clocks. @returns {Promise<boolean>} whether it is overdue */
  async look() {
    if (this.#last === null || this.#idle_ms(this.#last) < NEVER_BEFORE_MS) return false;
    const limit_minutes = await this.around.minutes();
    if (this.#last === null) return false;
    const left_ms = limit_minutes * 60_000 - this.#idle_ms(this.#last);
    if (left_ms <= 0) {
      this.passed_minutes = limit_minutes;
      this.around.overdue();
      return true;
    }
    if (left_ms <= WARNED_MS && !this.#warned) {
      this.#warned = true;
      this.around.warn(Math.ceil(left_ms / 1000));
    }
    return false;
  }

  #count() {
    this.#last = { wall_ms: this.clocks.wall_ms(), steady_ms: this.clocks.steady_ms() };
    if (this.#warned) this.around.stay();
    this.#warned = false;
  }

  /** @param {{wall_ms: number, steady_ms: number}} last */
  #idle_ms({ wall_ms, steady_ms }) {
    return Math.max(this.clocks.wall_ms() - wall_ms, this.clocks.steady_ms() - steady_ms);
  }
}
