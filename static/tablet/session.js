/**
 * A person at the tablet, unlocked: their keys, the visit as they see it, and the fetching of what others wrote.
 *
 * Everything here is in memory and gone at lock. What lies on the disk is sealed under keys that only the person's
 * passphrase or passkey opens.
 */
import { openStorage } from './ports/indexeddb.js';
import { openNetwork } from './ports/network.js';
import { NetworkProblem } from '../../sync/tablet/ports.js';
import { fromUtf8, toUtf8 } from '../../sync/tablet/bytes.js';
import { pullStep } from '../../sync/tablet/pull.js';
import { addSaved, loadReplica } from '../../sync/tablet/replica.js';
import { PULLED_STORES } from '../../sync/tablet/stores.js';

/** @typedef {import('../../sync/tablet/keys.js').PersonKeys} PersonKeys */
/** @typedef {{scope: string, lanes: import('../../sync/tablet/ports.js').Lane[]}} ReadableScope */
/** @typedef {{problem: string | null, retryAfter: string | null}} Fetched */

/** The office was restored from a backup, and has yet to say that this tablet is still its own; PROTOCOL.md 4.7. */
export const READING_WAITS = 'reading_waits';
const MOST_PAGES = 1_000;
/** Long enough to read the page and to be asked by the tablet, which takes 45 seconds at most. */
const LONGEST_PROVEN_MS = 120_000;
const WHOLE = Object.freeze({ problem: null, retryAfter: null });

export class Session {
  #closed = false;

  /** What the passphrase gave a moment ago. @type {import('../../sync/tablet/ports.js').Bytes | null} */
  #proven = null;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #forgetting;

  /** Asks with this person's token and nobody else's, and not at all after the lock: what is still under way then must not go on as the next person. */
  #network = openNetwork(async () => (this.#closed ? null : this.readingToken));

  /**
   * @param {import('./application.js').Application} application @param {PersonKeys} keys @param {string} name @param {string} readingToken
   * @returns {Promise<Session>}
   */
  static async open(application, keys, name, readingToken) {
    const pulled = openStorage(`fieldwork-pulled-${keys.person}`, PULLED_STORES);
    const session = new Session(application, keys, name, readingToken, pulled);
    application.tablet.pulled = pulled;
    await session.reload();
    return session;
  }

  /** Remove what this person has pulled: their new keys do not open it, and it is at the office. @param {string} person */
  static async clear(person) {
    const pulled = openStorage(`fieldwork-pulled-${person}`, PULLED_STORES);
    const rows = await Promise.all(PULLED_STORES.map(async (store) => (await pulled.range(store)).map(({ key }) => ({ store, remove: key }))));
    await pulled.commit(rows.flat());
    pulled.close();
  }

  /**
   * @param {import('./application.js').Application} application @param {PersonKeys} keys @param {string} name @param {string} readingToken
   * @param {ReturnType<typeof openStorage>} pulled
   */
  constructor(application, keys, name, readingToken, pulled) {
    this.application = application;
    this.keys = keys;
    this.person = keys.person;
    this.name = name;
    this.readingToken = readingToken;
    this.pulled = pulled;
    /** @type {import('../../sync/tablet/replica.js').Replica} */
    this.replica = /** @type {any} */ (null);
    this.unopened = 0;
  }

  /** Fold everything anew from the disk. */
  async reload() {
    const { replica, unopened } = await loadReplica(this.#tablet(), this.keys);
    this.replica = replica;
    this.unopened = unopened;
  }

  #tablet() {
    return { ...this.application.tablet, pulled: this.pulled, network: this.#network };
  }

  /** Enter what was saved here a moment ago into what is seen. @param {import('../../sync/tablet/saved.js').SavedOperation[]} operations */
  async seeOwn(operations) {
    await addSaved(this.#tablet(), this.keys, this.replica, operations);
  }

  /** Fetch what others wrote in every scope that this person may hold. @returns {Promise<Fetched>} */
  async fetch() {
    const readable = await this.#scopes();
    if (!Array.isArray(readable)) return readable;
    let changed = await this.#drop(readable);
    /** @type {Fetched} */
    let fetched = WHOLE;
    for (const { scope, lane } of readable.flatMap(({ scope, lanes }) => lanes.map((lane) => ({ scope, lane })))) {
      const outcome = await this.#fetchLane(scope, lane);
      changed ||= outcome.changed;
      if (outcome.problem === null || outcome.problem === 'not_readable_here') continue;
      fetched = { problem: outcome.problem, retryAfter: outcome.retryAfter };
      break;
    }
    if (changed && !this.#closed) this.application.tell({ changed: { fetched: true } });
    return fetched;
  }

  /** @returns {Promise<ReadableScope[] | Fetched>} the scopes, or a problem */
  async #scopes() {
    try {
      const answer = await this.#network.send({ method: 'GET', path: '/sync/scopes', headers: {}, body: null });
      const said = answer.status === 200 || answer.status === 403 ? JSON.parse(fromUtf8(answer.bytes)) : null;
      if (said?.format === 'fieldwork-problem/1' && said.problem === READING_WAITS) return { problem: READING_WAITS, retryAfter: answer.retryAfter };
      if (answer.status !== 200) return { problem: `status_${answer.status}`, retryAfter: answer.retryAfter };
      return said?.format === 'fieldwork-scopes/1' && Array.isArray(said.scopes) ? said.scopes : { problem: 'not_from_central', retryAfter: null };
    } catch (problem) {
      if (problem instanceof NetworkProblem) return { problem: 'no_answer', retryAfter: null };
      if (problem instanceof SyntaxError) return { problem: 'not_from_central', retryAfter: null };
      throw problem;
    }
  }

  /** Scopes that are held here and may not be any more: asking for them removes them. @param {ReadableScope[]} readable */
  async #drop(readable) {
    const may = new Set(readable.flatMap(({ scope, lanes }) => lanes.map((lane) => `${scope} ${lane}`)));
    let dropped = false;
    for (const { key } of await this.pulled.range('cursors')) {
      if (may.has(`${key[0]} ${key[1]}`)) continue;
      const result = await pullStep(this.#tablet(), this.keys, key[0], key[1]);
      dropped ||= result.problem === 'not_readable_here';
    }
    if (dropped) await this.reload();
    return dropped;
  }

  /** @param {string} scope @param {import('../../sync/tablet/ports.js').Lane} lane @returns {Promise<Fetched & {changed: boolean}>} */
  async #fetchLane(scope, lane) {
    let changed = false;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const result = await pullStep(this.#tablet(), this.keys, scope, lane);
      for (const { header, body, position, received_at } of result.operations) {
        this.replica.add({ headerText: header, body: body === null ? null : toUtf8(body), position, received_at });
      }
      result.redacted.forEach((operation) => this.replica.redact(operation));
      if (result.begunAgain) await this.reload();
      changed ||= result.operations.length > 0 || result.redacted.length > 0 || result.begunAgain;
      if (result.problem !== null || !result.more) return { problem: result.problem, retryAfter: result.retryAfter, changed };
    }
    return { ...WHOLE, changed };
  }

  /** What the passphrase gave a moment ago, for adding another way to unlock; `null` when it was not given, or is forgotten. */
  get proven() {
    return this.#proven;
  }

  /** Hold it until that is done or left, and two minutes at most. @param {import('../../sync/tablet/ports.js').Bytes} kek wiped then */
  holdProven(kek) {
    this.forgetProven();
    this.#proven = kek;
    this.#forgetting = setTimeout(() => this.forgetProven(), LONGEST_PROVEN_MS);
  }

  /** Adding another way to unlock is done, or not wanted. Twice is as once. */
  forgetProven() {
    clearTimeout(this.#forgetting);
    this.#proven?.fill(0);
    this.#proven = null;
  }

  close() {
    this.#closed = true;
    this.forgetProven();
    this.pulled.close();
  }
}
