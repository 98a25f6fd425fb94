/**
 * A person at the tablet, unlocked: their keys, the visit as they see it, and the fetching of what others wrote.
 *
 * Everything here is in memory and gone at lock. What lies on the disk is sealed under keys that only the passphrase opens.
 */
import { openStorage } from './ports/indexeddb.js';
import { NetworkProblem } from '../../sync/tablet/ports.js';
import { fromUtf8, toUtf8 } from '../../sync/tablet/bytes.js';
import { pullStep } from '../../sync/tablet/pull.js';
import { addSaved, loadReplica } from '../../sync/tablet/replica.js';
import { PULLED_STORES } from '../../sync/tablet/stores.js';

/** @typedef {import('../../sync/tablet/keys.js').PersonKeys} PersonKeys */
/** @typedef {{scope: string, lanes: import('../../sync/tablet/ports.js').Lane[]}} ReadableScope */

const MOST_PAGES = 1_000;

export class Session {
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
    return { ...this.application.tablet, pulled: this.pulled };
  }

  /** Enter what was saved here a moment ago into what is seen. @param {import('../../sync/tablet/saved.js').SavedOperation[]} operations */
  async seeOwn(operations) {
    await addSaved(this.#tablet(), this.keys, this.replica, operations);
  }

  /** Fetch what others wrote in every scope that this person may hold. @returns {Promise<string | null>} a problem, or null */
  async fetch() {
    const readable = await this.#scopes();
    if (typeof readable === 'string') return readable;
    let changed = await this.#drop(readable);
    for (const { scope, lanes } of readable) {
      for (const lane of lanes) {
        const outcome = await this.#fetchLane(scope, lane);
        if (outcome.problem !== null && outcome.problem !== 'not_readable_here') return outcome.problem;
        changed ||= outcome.changed;
      }
    }
    if (changed) this.application.tell({ changed: { fetched: true } });
    return null;
  }

  /** @returns {Promise<ReadableScope[] | string>} the scopes, or a problem */
  async #scopes() {
    try {
      const answer = await this.application.tablet.network.send({ method: 'GET', path: '/sync/scopes', headers: {}, body: null });
      if (answer.status !== 200) return `status_${answer.status}`;
      const said = JSON.parse(fromUtf8(answer.bytes));
      return said?.format === 'fieldwork-scopes/1' && Array.isArray(said.scopes) ? said.scopes : 'not_from_central';
    } catch (problem) {
      if (problem instanceof NetworkProblem) return 'no_answer';
      if (problem instanceof SyntaxError) return 'not_from_central';
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

  /** @param {string} scope @param {import('../../sync/tablet/ports.js').Lane} lane @returns {Promise<{problem: string | null, changed: boolean}>} */
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
      if (result.problem !== null || !result.more) return { problem: result.problem, changed };
    }
    return { problem: null, changed };
  }

  close() {
    this.pulled.close();
  }
}
