/**
 * Locks this worker's session when nobody uses the tablet: `idleness.js` says when, this does it.
 *
 * The page is asked to lock, as if somebody had pressed the button, so that a sentence half typed is handed over first. A page that does
 * not answer is not waited for: the words it handed over so far are kept as they are at every lock.
 */
import { Idleness, LOOK_EVERY_MS } from './idleness.js';
import { limitMinutes } from './locking.js';

const PATIENCE_MS = 10_000;

export class IdleLock {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #looking;

  /** @type {ReturnType<typeof setTimeout> | null} */
  #patience = null;

  /** @param {import('./application.js').Application} application */
  constructor(application) {
    this.application = application;
    this.idleness = new Idleness({ wall_ms: () => Date.now(), steady_ms: () => performance.now() }, {
      minutes: () => limitMinutes(application.tablet, application.person()),
      warn: (left_s) => application.tell({ locking: { left_s } }),
      stay: () => application.tell({ locking: null }),
      overdue: () => this.#overdue(),
    });
  }

  /** At unlock. Twice is as once. */
  begin() {
    this.end();
    this.idleness.begin();
    this.#looking = setInterval(() => this.#noted(this.idleness.look()), LOOK_EVERY_MS);
  }

  /** At lock. @returns {number | null} after how many minutes without use; null when somebody locked by hand */
  end() {
    clearInterval(this.#looking);
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    return this.idleness.end();
  }

  /** The person did something. */
  used() {
    return this.#noted(this.idleness.used());
  }

  /** Before a page is made: a tablet that has slept too long makes none. */
  async beforePage() {
    if (await this.idleness.look()) await this.application.lock();
  }

  #overdue() {
    if (this.#patience !== null) return;
    this.#patience = setTimeout(() => {
      this.#noted(this.application.lock());
      this.application.tell({ overdue: true });
    }, PATIENCE_MS);
    this.application.tell({ overdue: true });
  }

  /** @param {Promise<unknown>} work */
  #noted(work) {
    return work.catch((fault) => this.application.note(fault));
  }
}
