/**
 * The one who sends: pushes what waits, fetches what others wrote, compares manifests. One for each tablet at a time.
 *
 * A Web Lock keeps two tabs from sending the same twice; when it cannot be had within ten seconds the sending goes on without, because
 * sending twice is harmless and not sending is not (assurance 1.2). Waiting grows with jitter and never ends; a new note, a connection,
 * an unlock cut it short. Sending works while locked, fetching does not.
 */
import { keysStep } from '../../sync/tablet/ingest.js';
import { manifestStep } from '../../sync/tablet/manifest.js';
import { Pusher } from '../../sync/tablet/push.js';

const LOCK = 'fieldwork-flusher';
const LOCK_WAIT_MS = 10_000;
const PULL_EVERY_MS = 20_000;
const LOOK_AGAIN_MS = 5_000;
const MANIFEST_EVERY_MS = 60_000;
const LONGEST_WATCHED_MS = 20_000;

export class Flusher {
  /** @type {ReturnType<typeof setTimeout> | null} */
  #timer = null;

  #running = false;

  #again = false;

  #reached = /** @type {boolean | null} */ (null);

  #pulledAt = 0;

  #comparedAt = 0;

  /** Before this moment nothing but a person's own press sends again: the office, or what stands in front of it, has refused. */
  #notBefore_ms = 0;

  /** @type {Set<() => void>} people who pressed a button and watch */
  #waiting = new Set();

  /** @param {import('./application.js').Application} application */
  constructor(application) {
    this.application = application;
    this.pusher = new Pusher(application.tablet);
  }

  start() {
    this.#plan(0);
  }

  /** There is something to do: do it now, or when a refusing office may be asked again. Notes that are saved meanwhile make no storm (DUR-23). */
  wake() {
    if (this.#running) this.#again = true;
    else this.#plan(this.#held_ms());
  }

  #held_ms() {
    return Math.max(0, this.#notBefore_ms - Date.now());
  }

  /** Send and fetch now, for a person who waits: resolves when that round has ended, or after a while without an answer. @returns {Promise<void>} */
  now() {
    this.#pulledAt = 0;
    this.#comparedAt = 0;
    this.#notBefore_ms = 0;
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      setTimeout(() => { this.#waiting.delete(resolve); resolve(); }, LONGEST_WATCHED_MS);
      this.wake();
    });
  }

  /** Whether the office answered last, in words. @returns {{kind: string, words: string}} */
  connection() {
    if (this.#reached === null) return { kind: 'unknown', words: '' };
    return this.#reached ? { kind: 'online', words: 'Connected' } : { kind: 'offline', words: 'No connection. You can go on writing.' };
  }

  /** @param {number} wait_ms */
  #plan(wait_ms) {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), wait_ms);
  }

  async #run() {
    this.#timer = null;
    if (this.application.enrolment === null) return;
    this.#running = true;
    this.#again = false;
    let wait_ms = LOOK_AGAIN_MS;
    try {
      wait_ms = await this.#alone(() => this.#rounds());
    } catch (fault) {
      this.application.note(fault);
    } finally {
      this.#running = false;
      this.#plan(this.#again ? this.#held_ms() : wait_ms);
    }
    await this.application.tellStates();
    if (this.#again) return;
    this.#waiting.forEach((resolve) => resolve());
    this.#waiting.clear();
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  async #alone(work) {
    const giveUp = AbortSignal.timeout(LOCK_WAIT_MS);
    try {
      return await navigator.locks.request(LOCK, { signal: giveUp }, work);
    } catch (problem) {
      if (problem instanceof DOMException && giveUp.aborted) return work();
      throw problem;
    }
  }

  /** Push until nothing waits, then fetch. @returns {Promise<number>} how long to wait before the next round */
  async #rounds() {
    const { tablet } = this.application;
    for (;;) {
      const pushed = await this.pusher.step();
      if (pushed.sent > 0) this.#note(pushed.problem);
      if (pushed.epochChanged) this.#comparedAt = 0;
      if (pushed.safe + pushed.attention > 0) this.application.tell({ changed: { sent: true } });
      if (pushed.problem !== null) {
        const wait_ms = pushed.wait_ms || LOOK_AGAIN_MS;
        // Where nobody answers a new note costs nothing to try; where somebody refuses, asking again at each note would be a loop.
        this.#notBefore_ms = ['no_answer', 'storage_failed'].includes(pushed.problem) ? 0 : Date.now() + wait_ms;
        return wait_ms;
      }
      if (pushed.left === 0 || pushed.wait_ms > 0) break;
    }
    if (Date.now() - this.#comparedAt > MANIFEST_EVERY_MS) {
      const asked = await keysStep(tablet);
      this.#note(asked.problem);
      if (asked.problem !== null) return LOOK_AGAIN_MS;
      const compared = await manifestStep(tablet);
      if (compared.problem === null) this.#comparedAt = Date.now();
      this.#dropped(compared.redacted);
    }
    const { session } = this.application;
    if (session !== null && Date.now() - this.#pulledAt > PULL_EVERY_MS) {
      const problem = await session.fetch();
      this.#note(problem);
      if (problem === null) this.#pulledAt = Date.now();
    }
    return LOOK_AGAIN_MS;
  }

  /** Words that went from the disk go from what is seen, too. @param {string[]} operations */
  #dropped(operations) {
    if (operations.length === 0) return;
    operations.forEach((operation) => this.application.session?.replica.redact(operation));
    this.application.tell({ changed: { fetched: true } });
  }

  /** Fetch at the next round, whenever the last one was. */
  fetchSoon() {
    this.#pulledAt = 0;
    this.wake();
  }

  /** @param {string | null} problem */
  #note(problem) {
    const reached = problem === null || problem.startsWith('status_');
    if (reached === this.#reached) return;
    this.#reached = reached;
  }
}
