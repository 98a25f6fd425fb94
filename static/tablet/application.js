/**
 * One start of one worker: the ports, the tablet's half of the promise, and who is at the tablet now.
 *
 * Boot comes before everything: database, journals and sentinel are compared, and the poorer is restored from the richer
 * (PROTOCOL.md 7). Keys and words are in memory only while unlocked; `lock` forgets them and deletes nothing.
 */
import { keepEnrolment, lastEnrolled } from './enrolment_kept.js';
import { Flusher } from './flusher.js';
import { IdleLock } from './idle_lock.js';
import { standing, UNKNOWN_WINDOW } from './keeping.js';
import { NotSaved } from './not_saved.js';
import { clock, keyMaking, random } from './ports/chance.js';
import { openStorage } from './ports/indexeddb.js';
import { openJournal } from './ports/journal.js';
import { openNetwork } from './ports/network.js';
import { openSentinel } from './ports/sentinel.js';
import { Reserving } from './reserving.js';
import { startNotices } from './pages/start_words.js';
import { Session } from './session.js';
import { savedWords, STATES, stateOfSaving } from './states.js';
import { Writings } from './writing.js';
import { notePlace, openPlace } from '../../sync/tablet/locked.js';
import { countAside, countOutbox } from '../../sync/tablet/outbox.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { reconcile } from '../../sync/tablet/reconcile.js';
import { save } from '../../sync/tablet/save.js';
import { UNSENT_STORES } from '../../sync/tablet/stores.js';
import { makeTablet } from '../../sync/tablet/tablet.js';

export const UNSENT = 'fieldwork-unsent';
const RELEASE = new URL(import.meta.url).pathname.split('/').slice(0, 3).join('/');

/** @typedef {import('./enrolment_kept.js').Enrolment} Enrolment */

export class Application {
  /** @type {Session | null} who is at the tablet, unlocked */
  session = null;

  /** @type {Enrolment | null} whose tablet this is; the last person who enrolled or unlocked */
  enrolment = null;

  /** @type {import('../../sync/tablet/reconcile.js').Reconciled | null} what was found at this start */
  found = null;

  /** @type {string | null} where the person was going when the tablet was found locked */
  goingTo = null;

  /** @param {{name: string, tell: (message: unknown) => void}} worker @returns {Promise<Application>} */
  static async start({ name, tell }) {
    const application = new Application(tell);
    const storage = openStorage(UNSENT, UNSENT_STORES, { told: (fact) => application.opened.push(fact) });
    application.tablet = makeTablet({
      storage,
      journal: await openJournal({ name }),
      sentinel: openSentinel(),
      reserve: application.reserving.port,
      network: openNetwork((path) => application.tokenFor(path)),
      clock,
      random,
      keyMaking,
    });
    application.found = await reconcile(application.tablet);
    application.enrolment = await lastEnrolled(storage);
    application.flusher = new Flusher(application);
    application.flusher.start();
    application.reserving.start();
    return application;
  }

  /** @param {(message: unknown) => void} tell says something to the page */
  constructor(tell) {
    this.tell = tell;
    /** @type {{database: string, made: boolean, dataLoss: string}[]} databases that were made anew at this start */
    this.opened = [];
    /** @type {import('../../sync/tablet/tablet.js').Tablet} */
    this.tablet = /** @type {any} */ (null);
    /** @type {Flusher} */
    this.flusher = /** @type {any} */ (null);
    this.writings = new Writings(this);
    /** The kind of words that was chosen last stands where the box of a locked tablet finds it. @type {Promise<void>} */
    this.kindNoted = Promise.resolve();
    /** What was looked at last for that: the block, its kind and who speaks. It changes far more rarely than its words. */
    this.kindSeen = '';
    /** The count of what is only here that is under way, and the one behind it. @type {Promise<void>} */
    this.states = Promise.resolve();
    /** @type {Promise<void> | null} */
    this.nextStates = null;
    this.idleLock = new IdleLock(this);
    this.reserving = new Reserving(this);
    /** What the page says of the window it stands in. */
    this.window = UNKNOWN_WINDOW;
    /** @type {number | null} after how many minutes without use this tablet was locked; null when somebody locked it */
    this.lockedAfter_minutes = null;
    /** @type {Set<Promise<unknown>>} words that the page has handed over and that are not yet kept */
    this.taking = new Set();
    /** @type {Map<string, Promise<any>>} */
    this.underWay = new Map();
    this.online = true;
    /** The interview that is open where the tablet would not note it; undefined when the note is right. @type {any} */
    this.placeHere = undefined;
    /** What the page says of this browser: whether it can ask for a passkey, and whether one can be made on this tablet. */
    this.passkeys = { asks: false, adds: false };
    /** What this start found has still to be said to the person who unlocks. */
    this.untold = true;
    /** @type {string[]} what went wrong since the start, each once: names of errors and places in the code, never words of anybody */
    this.faults = [];
  }

  /** Where a locked or new tablet goes instead; null when the route may answer. @param {import('./router.js').Route | null} route @param {string} path @returns {string | null} */
  diversion(route, path) {
    if (this.enrolment === null) return route?.enrolled === false || route?.always ? null : '/tablet/enrol';
    if (this.session !== null) return route?.enrolled === false ? '/tablet/' : null;
    if (route?.locked) return null;
    if (route !== null && route.method === 'GET' && path !== '/tablet/unlock') this.goingTo = path;
    return '/tablet/unlock';
  }

  /** The token for an address: the carrying one lies in the clear, the reading one is there only while unlocked. @param {string} path @returns {Promise<string | null>} */
  async tokenFor(path) {
    if (path.startsWith('/sync/pull') || path === '/sync/scopes') return this.session?.readingToken ?? null;
    return this.enrolment?.carrying_token ?? null;
  }

  /** @param {Session} session @param {Enrolment} enrolment */
  async unlocked(session, enrolment) {
    // Two are never open at once, however they came about.
    this.session?.close();
    this.session = session;
    this.enrolment = enrolment;
    this.tablet.pulled = session.pulled;
    this.tablet.keys = session.keys;
    await this.unlessRefused(() => keepEnrolment(this.tablet, enrolment));
    this.idleLock.begin();
    this.flusher.wake();
  }

  /** Forget keys and words; what is unsent lies sealed and still goes up. Twice is as once. */
  async lock() {
    this.lockedAfter_minutes = this.idleLock.end();
    // What was handed over before the lock belongs to the operation that the lock makes, not to one of its own.
    await Promise.allSettled(this.taking);
    await this.writings.settle();
    await this.kindNoted;
    this.writings.forget();
    this.session?.close();
    this.session = null;
    this.tablet.pulled = undefined;
    this.tablet.keys = undefined;
    this.tablet.carry.forget();
  }

  /** What was typed, from the page. @param {import('./writing.js').Typed} typed @returns {Promise<import('./writing.js').Kept>} */
  async typed(typed) {
    this.flusher.typed(typed.finished);
    const taken = this.#take(typed);
    this.taking.add(taken);
    const kept = await taken;
    this.taking.delete(taken);
    return kept;
  }

  /** @param {import('./writing.js').Typed} typed @returns {Promise<import('./writing.js').Kept>} */
  async #take(typed) {
    try {
      const kept = await this.writings.typed(typed);
      // Behind the words, which do not wait for it; a lock does.
      this.kindNoted = this.kindNoted.then(() => this.#noteKind(typed)).catch((fault) => this.note(fault));
      return kept;
    } catch (fault) {
      // Whatever went wrong, the person is told at once that these words are only on the screen.
      this.note(fault);
      return { state: STATES.failed, base: typed.base, operation: null };
    }
  }

  /** Which words and whose were chosen last, so that the box of a locked tablet goes on with it. @param {import('./writing.js').Typed} typed */
  async #noteKind({ record, evidence, fields: { kind, speaker_role } }) {
    const seen = JSON.stringify([record, kind, speaker_role]);
    if (seen === this.kindSeen) return;
    const place = /** @type {any} */ (await openPlace(this.tablet));
    const asNoted = place?.kind === kind && place.speaker_role === speaker_role;
    if (place?.record === evidence && !asNoted && kind !== 'question') await notePlace(this.tablet, { ...place, kind, speaker_role });
    this.kindSeen = seen;
  }

  /** The page is hidden, perhaps for ever: what is typed becomes an operation now. */
  async pageHidden() {
    await this.writings.settle();
    this.flusher.wake();
  }

  /** @param {boolean} online what the browser believes; only an answer from the office proves it */
  connectionChanged(online) {
    this.online = online;
    if (online) this.flusher.wake();
    this.tellStates();
  }

  /**
   * The lasting words in the bar, told to the page. Sending, comparing and fetching often end together: whoever asks while the notes are
   * being counted gets the next count, and those who wait for that share it. @returns {Promise<void>}
   */
  tellStates() {
    if (this.nextStates === null) {
      this.nextStates = this.states.then(() => {
        this.nextStates = null;
        return this.#tellStates();
      });
      this.states = this.nextStates.catch(() => {});
    }
    return this.nextStates;
  }

  async #tellStates() {
    const counts = await this.#counted();
    this.counts = counts;
    this.tell({ states: { connection: this.flusher.connection(), saved: savedWords(counts), standing: await standing(this) } });
  }

  /** What waits; null where the database cannot be read and nothing is known to wait: the bar then says nothing, and not what it said last. */
  async #counted() {
    try {
      return await countOutbox(this.tablet);
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      this.note(problem);
      return countAside(this.tablet);
    }
  }

  /**
   * What makes things easier and is no word of anybody: when a full tablet does not take it in, the person still comes in, reads and writes.
   * @param {() => Promise<unknown>} work @returns {Promise<boolean>} whether it was taken in
   */
  async unlessRefused(work) {
    try {
      await work();
      return true;
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      this.note(problem);
      return false;
    }
  }

  /** Note which interview is open. What a full tablet does not take in is remembered for this start: the place before it is not the place. @param {any} place */
  async openAt(place) {
    this.placeHere = await this.unlessRefused(() => notePlace(this.tablet, place)) ? undefined : place;
  }

  /** @param {unknown} fault */
  note(fault) {
    const at = fault instanceof Error ? `${fault.name}: ${(fault.stack ?? '').split('\n').slice(0, 3).join(' ')}` : 'unknown';
    const words = at.replace(/https?:\/\/[^/\s]+/g, '');
    // What fails at each turn for hours is said once a start.
    if (this.faults.includes(words)) return;
    this.faults.push(words);
    console.error(fault);
  }

  /** The person who is unlocked, or whose tablet it is. @returns {string} */
  person() {
    const person = this.session?.person ?? this.enrolment?.person;
    if (person === undefined) throw new Error('nobody has enrolled this tablet');
    return person;
  }

  home() {
    return { href: '/tablet/', words: 'Your visits' };
  }

  /** Save what a person did, enter it into what is seen, and send it soon. Throws `NotSaved`: the page then stays as it is. @param {import('../../sync/tablet/mint.js').Intention[]} intentions */
  async write(intentions) {
    const saved = await save(this.tablet, intentions);
    if (saved.saved === 'no') throw new NotSaved(stateOfSaving(saved));
    await this.session?.seeOwn(saved.operations);
    this.flusher.wake();
    await this.tellStates();
    return saved;
  }

  /**
   * One piece of work for one key, however often it is asked for: a second tap gets the answer of the first.
   * @template T @param {string} key @param {() => Promise<T>} work @returns {Promise<T>}
   */
  async once(key, work) {
    const under_way = this.underWay.get(key);
    if (under_way !== undefined) return under_way;
    const mine = work();
    this.underWay.set(key, mine);
    try {
      return await mine;
    } finally {
      this.underWay.delete(key);
    }
  }

  /** On the first page after the start's first unlock, and then no more: "Only here" goes on saying it. */
  #startNotices() {
    const notices = this.untold ? startNotices(this.found) : [];
    this.untold = false;
    return notices;
  }

  /** What every page prints around its own part. @param {{at: string, place: string}} where */
  frame({ at, place }) {
    const unlocked = this.session !== null;
    return {
      assets: RELEASE,
      csrf: '',
      title: 'Fieldwork',
      problems: [],
      notices: unlocked ? this.#startNotices() : [],
      bar: {
        home: '/tablet/',
        place,
        lock_href: unlocked ? '/tablet/lock' : '',
        connection: this.flusher.connection(),
        saved: savedWords(this.counts ?? null),
        links: unlocked
          ? [
              { href: '/tablet/', words: 'Visits', current: at === '/tablet/' },
              { href: '/tablet/find', words: 'Find words', current: at === '/tablet/find' },
              { href: '/tablet/only-here', words: 'Only here', current: at === '/tablet/only-here' },
            ]
          : [],
      },
      foot: [],
    };
  }
}
