/**
 * One errand that is run again and again for as long as the worker lives: sending, comparing, fetching, reporting, telling.
 *
 * Each has its own clock, so that one that is refused for an hour keeps none of the others waiting. An errand says when it wants to go
 * again, and whether anything may make that sooner. It never runs twice at once, and a fault in it ends that turn and not the errand.
 *
 * While somebody types an errand waits for a pause between the words: on a slow tablet it would take from the keys what they need, and a
 * letter would come late. The pause may be long in coming, so it waits for that only so long, and not at all for a person who watches.
 */

/** @typedef {{wait_ms: number, held: boolean}} Next  `held`: not sooner, whatever is saved meanwhile */
/**
 * `now_ms` is a clock that is never put back. `later` calls once, and gives what calls it off.
 * @typedef {{now_ms: () => number, later: (wait_ms: number, call: () => void) => () => void}} Timing
 */

const LONGEST_FOR_A_PAUSE_MS = 10_000;

export class Round {
  /** @type {(() => void) | null} */
  #callOff = null;

  /** Since when it waits for somebody to stop typing. @type {number | null} */
  #waitsSince_ms = null;

  #running = false;

  #again = false;

  #notBefore_ms = -Infinity;

  #due_ms = Infinity;

  #ended_ms = -Infinity;

  /** Turns in a row that ended in a fault. What fails each time is asked for ever less often, as what is refused (DUR-23). */
  #faults = 0;

  /** @type {Set<() => void>} people who pressed a button and watch */
  #watching = new Set();

  /**
   * @param {() => Promise<Next>} errand @param {Timing} timing
   * @param {{afterFault_ms: (inARow: number) => number, fault: (fault: unknown) => void, ended: () => Promise<void>, pause_ms: () => number}} around
   * `afterFault_ms`: how long to wait after so many turns in a row that ended in a fault; `pause_ms`: how long from now until a pause is
   * taken for one, if no key comes; 0 when nobody types
   */
  constructor(errand, timing, around) {
    this.errand = errand;
    this.timing = timing;
    this.around = around;
  }

  /** There is something to do: do it now, or when it may be done again. Notes that are saved meanwhile make no storm (DUR-23). */
  wake() {
    if (this.#running) this.#again = true;
    else this.#plan(this.#held_ms());
  }

  /** Do it now, whatever it was told before. */
  release() {
    this.#notBefore_ms = -Infinity;
    this.wake();
  }

  /** Somebody answers again: it need not wait longer than this after its last turn. Two errands cannot drive each other round. @param {number} pause_ms */
  within(pause_ms) {
    const at_ms = Math.max(this.#notBefore_ms, this.#ended_ms + pause_ms);
    if (!this.#running && at_ms < this.#due_ms) this.#plan(Math.max(0, at_ms - this.timing.now_ms()));
  }

  /** Do it now, for a person who waits: resolves when a turn that began after this has ended. @returns {Promise<void>} */
  watched() {
    return new Promise((resolve) => {
      this.#watching.add(resolve);
      this.release();
    });
  }

  #held_ms() {
    return Math.max(0, this.#notBefore_ms - this.timing.now_ms());
  }

  /** @param {number} wait_ms */
  #plan(wait_ms) {
    this.#callOff?.();
    this.#due_ms = this.timing.now_ms() + wait_ms;
    this.#callOff = this.timing.later(wait_ms, () => this.#whenNobodyTypes());
  }

  #whenNobodyTypes() {
    const now_ms = this.timing.now_ms();
    this.#waitsSince_ms ??= now_ms;
    const left_ms = Math.min(this.around.pause_ms(), this.#waitsSince_ms + LONGEST_FOR_A_PAUSE_MS - now_ms);
    if (left_ms > 0 && this.#watching.size === 0) {
      this.#callOff = this.timing.later(left_ms, () => this.#whenNobodyTypes());
      return;
    }
    this.#waitsSince_ms = null;
    this.#turn();
  }

  async #turn() {
    this.#callOff = null;
    this.#running = true;
    this.#again = false;
    let next;
    try {
      next = await this.errand();
      this.#faults = 0;
    } catch (fault) {
      this.#faults += 1;
      next = { wait_ms: this.around.afterFault_ms(this.#faults), held: this.#faults > 1 };
      this.around.fault(fault);
    }
    this.#running = false;
    this.#ended_ms = this.timing.now_ms();
    // A person who pressed the button meanwhile is not held up by what this turn has met.
    const pressed = this.#again && this.#watching.size > 0;
    this.#notBefore_ms = next.held && !pressed ? this.timing.now_ms() + next.wait_ms : -Infinity;
    const again = this.#again;
    this.#plan(again ? this.#held_ms() : next.wait_ms);
    try {
      await this.around.ended();
    } catch (fault) {
      this.around.fault(fault);
    }
    if (again) return;
    this.#watching.forEach((resolve) => resolve());
    this.#watching.clear();
  }
}
