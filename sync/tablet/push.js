/**
 * Brings entries to the office: oldest first, at most 1,000 or 1 MB at a time, needing no unlock. Step 5 of the life
 * of a note.
 *
 * The caller drives it: one `step` sends at most one request and says how long to wait before the next. A batch that
 * fails is halved; one operation that fails alone is put aside so that it never blocks the next; nothing is ever
 * dropped, and nothing is safe because a batch was answered: each receipt is judged alone. Source: PROTOCOL.md 4.1, 7.
 */
import { chanceOf, retryAfterMs, waitAfter } from './backoff.js';
import { knownEpoch, noteEpoch } from './epoch.js';
import { LINES, lineBytes, pushLine, readReceipts, writePush } from './line.js';
import { settle } from './overflow.js';
import { NetworkProblem } from './ports.js';
import { applyReceipts } from './receipts.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {import('./stores.js').EntryRow} EntryRow */
/** @typedef {import('./stores.js').OutboxRow} OutboxRow */
/** @typedef {{key: [string, number], row: OutboxRow}} Waiting */
/**
 * @typedef {object} PushResult
 * @property {number} sent operations in the request
 * @property {number} safe
 * @property {number} held
 * @property {number} attention quarantined, unreadable, or answered with another hash
 * @property {readonly string[]} redacted operations whose words left the disk, because the receipt says that they were removed at the office
 * @property {number} left what still waits to be sent
 * @property {string | null} problem `no_answer`, `not_from_central`, `status_401` …, `stale_answer`, `storage_failed`
 * @property {boolean} epochChanged a manifest must be compared
 * @property {number} wait_ms before the next step; 0: go on at once (or there is nothing to send)
 */

const OPERATIONS_LIMIT = 1_000;
const BATCH_LIMIT_BYTES = 1_000_000;
const CARRY_KEY_BYTES = 420;
/** One request for each entry would cost a slow tablet half a second, and the letters that are typed meanwhile wait with it. */
const READ_AT_ONCE = 100;

export class Pusher {
  #limit = OPERATIONS_LIMIT;

  #failures = 0;

  /** @type {Set<string>} those that had their turn in this round and wait still; they go again when all have had theirs */
  #tried = new Set();

  /** @type {Set<string>} those offered since this start that the office could not read or has not whole */
  #parked = new Set();

  /** @param {Tablet} tablet */
  constructor(tablet) {
    this.tablet = tablet;
  }

  /** Send one batch. Never throws for what the network or the office does. @returns {Promise<PushResult>} */
  async step() {
    const { storage, network } = this.tablet;
    // What the journal alone has, and what the journal lacks, are tried again here: this runs for as long as the worker lives.
    const unsettled = await settle(this.tablet);
    await this.tablet.secondCopy.retry();
    const waiting = await this.#chosen();
    if (waiting.length === 0) return { ...NOTHING, problem: unsettled === null ? null : 'storage_failed' };
    const batch = await this.#batch(waiting);
    // A standing without its entry is put right at the next start; an empty push would say nothing.
    if (batch.entries.length === 0) return { ...NOTHING, problem: 'storage_failed', wait_ms: this.#wait(null) };
    const whenAsked = await knownEpoch(storage);
    let answer;
    try {
      answer = await network.send({
        method: 'POST', path: '/sync/push', headers: { 'Content-Type': LINES }, body: writePush(batch.carryRows, batch.lines),
      });
    } catch (problem) {
      if (!(problem instanceof NetworkProblem)) throw problem;
      return this.#failed(batch.entries, 'no_answer', null);
    }
    const read = readReceipts(answer);
    if (read === null) {
      const problem = answer.status === 200 ? 'not_from_central' : `status_${answer.status}`;
      return this.#failed(batch.entries, problem, answer.retryAfter);
    }
    const epoch = await noteEpoch(storage, read.epoch, whenAsked);
    if (epoch === 'stale') return this.#failed(batch.entries, 'stale_answer', null);
    const outcome = await applyReceipts(this.tablet, batch, read);
    return this.#answered(batch.entries, outcome, epoch === 'changed');
  }

  /** What waits, oldest stream first and by number within each; held ones after the rest, and each once in a round. @returns {Promise<Waiting[]>} */
  async #chosen() {
    const rows = await this.tablet.storage.range('outbox');
    /** @type {Map<string, string>} */
    const began = new Map();
    /** @type {Waiting[]} */
    let waiting = [];
    for (const { key, value } of rows) {
      if (!this.#mayGo(value)) continue;
      waiting.push({ key, row: value });
      const [stream] = key;
      const earliest = began.get(stream);
      if (earliest === undefined || value.minted_at < earliest) began.set(stream, value.minted_at);
    }
    // Without rounds, one that always fails and one that is always held would take turns and starve the others.
    const untried = waiting.filter(({ row }) => !this.#tried.has(row.operation));
    if (untried.length > 0) waiting = untried;
    else this.#tried.clear();
    const rank = (/** @type {Waiting} */ { row }) => Number(row.standing !== 'unsent');
    const order = (/** @type {Waiting} */ { key: [stream] }) => `${began.get(stream)} ${stream}`;
    return waiting.sort((a, b) => rank(a) - rank(b) || (order(a) < order(b) ? -1 : Number(order(a) > order(b))) || a.key[1] - b.key[1]);
  }

  /** @param {OutboxRow} row */
  #mayGo(row) {
    if (row.standing === 'unsent' || row.standing === 'held') return true;
    return !this.#parked.has(row.operation);
  }

  /** @param {Waiting[]} waiting */
  async #batch(waiting) {
    const { storage } = this.tablet;
    /** @type {EntryRow[]} */
    const entries = [];
    /** @type {import('./ports.js').Bytes[]} */
    const lines = [];
    /** @type {Map<string, import('./carry.js').CarryRow>} */
    const carryRows = new Map();
    let bytes = 100;
    for await (const entry of this.#entriesOf(waiting)) {
      bytes += lineBytes(entry) + (carryRows.has(entry.carry) ? 0 : CARRY_KEY_BYTES);
      if (entries.length > 0 && (bytes > BATCH_LIMIT_BYTES || entries.length >= this.#limit)) break;
      entries.push(entry);
      lines.push(pushLine(entry));
      if (entry.sealed === null || carryRows.has(entry.carry)) continue;
      const carryRow = await storage.read('carry_keys', entry.carry);
      if (carryRow !== undefined) carryRows.set(entry.carry, carryRow);
    }
    return { entries, lines, carryRows: [...carryRows.values()] };
  }

  /** In the same order, as many at once as may go; one that is not there is left out. @param {Waiting[]} waiting @returns {AsyncGenerator<EntryRow>} */
  async *#entriesOf(waiting) {
    for (const run of runsOf(waiting, Math.min(READ_AT_ONCE, this.#limit))) {
      const rows = await this.tablet.storage.range('entries', { from: run[0].key, to: run[run.length - 1].key });
      yield* rows.map(({ value }) => value);
    }
  }

  /** @param {EntryRow[]} entries @param {string} problem @param {string | null} retryAfter @returns {Promise<PushResult>} */
  async #failed(entries, problem, retryAfter) {
    this.#failures += 1;
    const aboutThese = /^status_(400|413|422|5\d\d)$/.test(problem);
    if (entries.length === 1 && aboutThese) this.#tried.add(entries[0].operation);
    this.#limit = Math.max(1, Math.floor(Math.min(this.#limit, entries.length) / 2));
    return { ...NOTHING, sent: entries.length, left: await this.#leftCount(), problem, wait_ms: this.#wait(retryAfter) };
  }

  /** @param {EntryRow[]} entries @param {import('./receipts.js').ReceiptOutcome} outcome @param {boolean} epochChanged @returns {Promise<PushResult>} */
  async #answered(entries, outcome, epochChanged) {
    outcome.parked.forEach((operation) => this.#parked.add(operation));
    // Those that are safe now are no longer in the outbox, and need not be forgotten here.
    entries.forEach(({ operation }) => this.#tried.add(operation));
    const moved = outcome.safe + outcome.attention + outcome.newlyHeld > 0;
    // Receipts that bring nothing forward are a failure of the office to take more; asking at once again would be a loop.
    this.#failures = moved ? 0 : this.#failures + 1;
    if (moved) this.#limit = Math.min(OPERATIONS_LIMIT, this.#limit * 2);
    const left = await this.#leftCount();
    return {
      sent: entries.length, safe: outcome.safe, held: outcome.held, attention: outcome.attention, redacted: outcome.redacted, left,
      problem: null, epochChanged, wait_ms: left === 0 || moved ? 0 : this.#wait(null),
    };
  }

  async #leftCount() {
    return (await this.tablet.storage.range('outbox')).filter(({ value }) => this.#mayGo(value)).length;
  }

  /** @param {string | null} retryAfter */
  #wait(retryAfter) {
    const { random, clock } = this.tablet;
    return waitAfter(Math.max(1, this.#failures), chanceOf(random), retryAfterMs(retryAfter, clock.now()));
  }
}

/** @type {PushResult} */
const NOTHING = Object.freeze({ sent: 0, safe: 0, held: 0, attention: 0, redacted: [], left: 0, problem: null, epochChanged: false, wait_ms: 0 });

/**
 * Cut where a number does not follow on the last, so that one request reads all of a run and nothing else.
 * @param {Waiting[]} waiting @param {number} most @returns {Generator<Waiting[]>}
 */
export function* runsOf(waiting, most) {
  /** @type {Waiting[]} */
  let run = [];
  for (const one of waiting) {
    const last = run[run.length - 1];
    const follows = last !== undefined && last.key[0] === one.key[0] && last.key[1] + 1 === one.key[1];
    if (run.length > 0 && (!follows || run.length === most)) {
      yield run;
      run = [];
    }
    run.push(one);
  }
  if (run.length > 0) yield run;
}
