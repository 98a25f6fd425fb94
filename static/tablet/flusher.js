/**
 * The one who sends: pushes what waits, compares manifests, fetches what others wrote, reports damage, tells what is still here. One for
 * each tablet at a time.
 *
 * Five errands, each with its own waiting: while an office takes nothing in, what others wrote still arrives, and the other way round.
 * Waiting grows with jitter and never ends. A Web Lock keeps two tabs from sending the same twice; when it cannot be had within ten
 * seconds the sending goes on without, because sending twice is harmless and not sending is not (assurance 1.2). All but fetching
 * work while locked.
 */
import { persisted } from './ports/persistence.js';
import { Round } from './round.js';
import { READING_WAITS } from './session.js';
import { BROWSERS_OWN } from './turns.js';
import { chanceOf, retryAfterMs, waitAfter } from '../../sync/tablet/backoff.js';
import { contactStep } from '../../sync/tablet/contact.js';
import { keysStep } from '../../sync/tablet/ingest.js';
import { manifestStep } from '../../sync/tablet/manifest.js';
import { Pusher } from '../../sync/tablet/push.js';
import { reportStep } from '../../sync/tablet/report.js';

/** @typedef {import('./round.js').Next} Next */
/** @typedef {import('./turns.js').Turns} Turns */

const PULL_EVERY_MS = 20_000;
const LOOK_AGAIN_MS = 5_000;
const MANIFEST_EVERY_MS = 60_000;
const REPORTS_EVERY_MS = 60_000;
const CONTACT_EVERY_MS = 300_000;
/** The release that this file came with: `/a/<release>/…`. */
const APP_VERSION = import.meta.url.split('/')[4] ?? '';
const LONGEST_WATCHED_MS = 20_000;
/** A draft comes every 700 ms while the keys go on (static/screen/typing.js), so this is a pause of a person and not one between two drafts. */
const PAUSE_MS = 1_000;

export class Flusher {
  #reached = /** @type {boolean | null} */ (null);

  /** Whoever was fetched for last: for somebody else, or after a lock, fetching begins at once. @type {unknown} */
  #fetchedFor = null;

  /** When words came that are not finished yet. */
  #typed_ms = -Infinity;

  /** The office sends nothing down to this person's tablet yet: it was restored. */
  readingWaits = false;

  #failures = { comparing: 0, fetching: 0, reporting: 0, telling: 0 };

  /** What the office has heard of what is still here, when, and by whose token: each person's is a tablet of its own there. */
  #told = { what: /** @type {string | null} */ (null), at_ms: -Infinity, by: /** @type {string | null} */ (null) };

  /** By whose token the notes have gone, so that it may be told behind them. @type {string | null | undefined} */
  #sentBy = undefined;

  /** Sending and comparing write about the same entries, so here they go one after the other. @type {Promise<unknown>} */
  #entries = Promise.resolve();

  /** @param {import('./application.js').Application} application @param {Turns} [turns] */
  constructor(application, turns = BROWSERS_OWN) {
    this.application = application;
    this.turns = turns;
    this.pusher = new Pusher(application.tablet);
    const around = {
      afterFault_ms: (/** @type {number} */ inARow) => waitAfter(inARow, chanceOf(application.tablet.random)),
      fault: (/** @type {unknown} */ fault) => this.application.note(fault),
      ended: () => this.application.tellStates(),
      pause_ms: () => this.pauseLeft_ms(),
    };
    const errand = (/** @type {() => Promise<Next>} */ work) => async () => (this.application.enrolment === null ? { wait_ms: LOOK_AGAIN_MS, held: false } : work());
    const inTurn = (/** @type {() => Promise<Next>} */ work) => errand(() => this.#inTurn(() => turns.alone('fieldwork-flusher', work)));
    this.sending = new Round(inTurn(() => this.#send()), turns, around);
    this.comparing = new Round(inTurn(() => this.#compare()), turns, around);
    this.fetching = new Round(errand(() => turns.alone('fieldwork-fetcher', () => this.#fetch())), turns, around);
    this.reporting = new Round(errand(() => turns.alone('fieldwork-reporter', () => this.#report())), turns, around);
    this.telling = new Round(errand(() => turns.alone('fieldwork-teller', () => this.#tell())), turns, around);
  }

  start() {
    this.sending.wake();
    this.comparing.wake();
    this.fetching.wake();
    this.reporting.wake();
  }

  /** There is something to do, or the connection may be back. */
  wake() {
    this.sending.wake();
    this.comparing.wake();
    if (this.application.session !== this.#fetchedFor) this.fetching.release();
    else this.fetching.wake();
  }

  /** Words came from the page. @param {boolean} finished the caret left, Save, or the page is hidden: nobody types any more */
  typed(finished) {
    this.#typed_ms = finished ? -Infinity : this.turns.now_ms();
  }

  /** How long from now until somebody who types makes a pause, if no key comes; 0 when nobody types. @returns {number} */
  pauseLeft_ms() {
    return Math.max(0, this.#typed_ms + PAUSE_MS - this.turns.now_ms());
  }

  /** Send and fetch now, for a person who waits: resolves when that has ended, or after a while without an answer. @returns {Promise<void>} */
  async now() {
    this.reporting.release();
    /** @type {() => void} */
    let callOff = () => {};
    const enough = new Promise((resolve) => { callOff = this.turns.later(LONGEST_WATCHED_MS, () => resolve(undefined)); });
    await Promise.race([enough, Promise.all([this.sending.watched(), this.comparing.watched(), this.fetching.watched()])]);
    callOff();
  }

  /** Fetch for a person who waits for it. @returns {Promise<void>} */
  fetched() {
    return this.fetching.watched();
  }

  /** Whether the office answered last, in words. @returns {{kind: string, words: string}} */
  connection() {
    if (this.#reached === null) return { kind: 'unknown', words: '' };
    return this.#reached ? { kind: 'online', words: 'Connected' } : { kind: 'offline', words: 'No connection. You can go on writing.' };
  }

  /** @param {() => Promise<Next>} work @returns {Promise<Next>} */
  #inTurn(work) {
    const mine = this.#entries.then(work);
    this.#entries = mine.catch(() => {});
    return mine;
  }

  /** Push until nothing waits. @returns {Promise<Next>} */
  async #send() {
    let sent = 0;
    for (;;) {
      const pushed = await this.pusher.step();
      sent += pushed.sent;
      if (pushed.sent > 0) this.#note(pushed.problem, this.fetching);
      this.#dropped(pushed.redacted);
      if (pushed.epochChanged) this.comparing.release();
      if (pushed.safe + pushed.attention > 0) this.application.tell({ changed: { sent: true } });
      if (pushed.problem !== null) {
        // Where notes cannot go the office has to hear that they wait.
        if (pushed.problem !== 'no_answer') this.#notesAreAway(sent);
        // Where nobody answers a new note costs nothing to try; where somebody refuses, asking again at each note would be a loop.
        return { wait_ms: pushed.wait_ms || LOOK_AGAIN_MS, held: !['no_answer', 'storage_failed'].includes(pushed.problem) };
      }
      if (pushed.left === 0 || pushed.wait_ms > 0) {
        this.#notesAreAway(sent);
        return { wait_ms: LOOK_AGAIN_MS, held: false };
      }
    }
  }

  /** What can go has gone: now the office may hear what is left. A turn that had nothing to send is no reason, but for a person's first. @param {number} sent */
  #notesAreAway(sent) {
    if (sent > 0 || this.#sentBy !== this.#by()) this.telling.wake();
    this.#sentBy = this.#by();
  }

  #by() {
    return this.application.enrolment?.carrying_token ?? null;
  }

  /** The office's public keys, and how far it has what is here. @returns {Promise<Next>} */
  async #compare() {
    const asked = await keysStep(this.application.tablet);
    this.#note(asked.problem, this.sending);
    if (asked.problem !== null) return this.#backOff('comparing', asked.problem, null);
    const compared = await manifestStep(this.application.tablet);
    if (compared.problem !== null) return this.#backOff('comparing', compared.problem, compared.retryAfter);
    this.#failures.comparing = 0;
    this.#dropped(compared.redacted);
    if (compared.offered > 0) this.sending.wake();
    return { wait_ms: compared.epochChanged ? 0 : MANIFEST_EVERY_MS, held: true };
  }

  /** Words that went from the disk go from what is seen, too. @param {readonly string[]} operations */
  #dropped(operations) {
    if (operations.length === 0) return;
    operations.forEach((operation) => this.application.session?.replica.redact(operation));
    // What was put in their place is at the office.
    this.fetching.release();
    this.application.tell({ changed: { fetched: true } });
  }

  /** What others wrote. @returns {Promise<Next>} */
  async #fetch() {
    const { session } = this.application;
    this.#fetchedFor = session;
    if (session === null) return { wait_ms: PULL_EVERY_MS, held: false };
    const { problem, retryAfter } = await session.fetch();
    this.readingWaits = problem === READING_WAITS;
    this.#note(problem, this.sending);
    if (problem !== null) return this.#backOff('fetching', problem, retryAfter);
    this.#failures.fetching = 0;
    return { wait_ms: PULL_EVERY_MS, held: true };
  }

  /** What starts found wrong with the two copies, as counts. @returns {Promise<Next>} */
  async #report() {
    const { asked, problem, retryAfter, epochChanged } = await reportStep(this.application.tablet, persisted);
    if (asked) this.#note(problem, this.sending);
    if (epochChanged) this.comparing.release();
    if (problem !== null) return this.#backOff('reporting', problem, retryAfter);
    this.#failures.reporting = 0;
    return { wait_ms: REPORTS_EVERY_MS, held: false };
  }

  /**
   * How much is still on this tablet alone. Its failing is said nowhere: whether the office answers is for the other errands to say.
   * @returns {Promise<Next>}
   */
  async #tell() {
    const by = this.#by();
    const due = by !== this.#told.by || this.turns.now_ms() - this.#told.at_ms >= CONTACT_EVERY_MS;
    const about = { app_version: APP_VERSION, persisted: await persisted() };
    const { asked, told, problem, retryAfter, epochChanged } = await contactStep(this.application.tablet, about, { told: this.#told.what, due });
    if (epochChanged) this.comparing.release();
    if (problem !== null) return this.#backOff('telling', problem, retryAfter);
    this.#failures.telling = 0;
    if (asked) this.#told = { what: told, at_ms: this.turns.now_ms(), by };
    return { wait_ms: Math.max(0, this.#told.at_ms + CONTACT_EVERY_MS - this.turns.now_ms()), held: false };
  }

  /** @param {'comparing' | 'fetching' | 'reporting' | 'telling'} errand @param {string} problem @param {string | null} retryAfter @returns {Next} */
  #backOff(errand, problem, retryAfter) {
    const { random, clock } = this.application.tablet;
    this.#failures[errand] += 1;
    const wait_ms = waitAfter(this.#failures[errand], chanceOf(random), retryAfterMs(retryAfter, clock.now()));
    return { wait_ms, held: problem !== 'no_answer' };
  }

  /** Somebody answered, or nobody. Where an answer comes again, the errand that may wait for one need not wait longer. @param {string | null} problem @param {Round} other */
  #note(problem, other) {
    // What this tablet could not take in says nothing of the line.
    if (problem === 'storage_failed') return;
    const reached = problem === null || problem.startsWith('status_') || problem === READING_WAITS;
    if (reached === this.#reached) return;
    if (reached && this.#reached === false) {
      other.within(LOOK_AGAIN_MS);
      this.reporting.within(LOOK_AGAIN_MS);
    }
    this.#reached = reached;
  }
}
