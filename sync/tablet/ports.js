/**
 * What the tablet's half of the promise asks of the world, and nothing else.
 *
 * Every word a person writes passes through these doors: a database, a second journal, a sentinel, the network, a
 * clock and a source of chance. The worker hands in the browser's own; the simulator hands in ones that it can cut the
 * power of. No module of `sync/tablet/` may reach past them to the DOM, IndexedDB, OPFS, fetch, Date or Math.random.
 */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * A key is a string, or a list of strings and numbers. Order is IndexedDB's: numbers before strings before lists,
 * lists element by element. That is why `[...prefix, []]` is above every key that begins with `prefix`.
 * @typedef {string | (string | number | never[])[]} Key
 */

/** @typedef {{store: string, put: unknown, key: Key} | {store: string, remove: Key}} Change */

/**
 * A row that must still be as it was read. `equals: null` means there is no such row; otherwise the named fields of the
 * row are the same by `===`. `equals: {}` means that the row is there.
 * @typedef {{store: string, key: Key, equals: Record<string, unknown> | null}} Check
 */

/**
 * One database. Two of them exist: the *unsent* one (version 1 for ever, the schema inside each record) and, per person,
 * the *pulled* one.
 *
 * `commit` is ONE strict transaction. It resolves only when the changes would survive the power being cut at that very
 * moment (IndexedDB: `DURABILITY`, and `oncomplete`, never a request's `success`). The checks are read
 * inside the transaction; when one fails, nothing is written and the answer is `'moved'`. All sealing and hashing is
 * done before `commit` is called, because a transaction commits itself while a promise of WebCrypto is awaited.
 * When a handle is lost the port opens a new one at the next call. A failure is thrown as a `StorageProblem`.
 * @typedef {object} Storage
 * @property {(store: string, key: Key) => Promise<any>} read  `undefined` when there is no such row
 * @property {(store: string, range?: Range) => Promise<{key: any, value: any}[]>} range  in key order
 * @property {(store: string, range?: Range) => Promise<number>} count
 * @property {(changes: Change[], options?: {check?: Check[]}) => Promise<'committed' | 'moved'>} commit
 */

/** @typedef {{from?: Key, to?: Key, limit?: number, reverse?: boolean}} Range  both ends belong to it */

/**
 * The second copy, independent of the database: an OPFS file with a sync handle, one for each start of a worker, or
 * Cache API entries where there is no such handle. The port holds raw bytes; `journal.js` frames them.
 *
 * `append` resolves only after the flush (Cache API: after the entry was read back). What was appended and not yet
 * flushed may be gone, or be there in part, after a power cut. `readAll` flushes and gives this worker's file and
 * those whose owners are dead (their Web Lock is free), which are thereby adopted: what a killed worker had appended must not
 * be taken for a copy while a power cut could still remove it. `hidden` counts the other workers that live, whether
 * they have written yet or not: their files cannot be seen.
 * `rewrite` replaces each of those files by what `change` makes of it, whole or not at all; an empty result deletes it.
 * @typedef {object} Journal
 * @property {(bytes: Bytes) => Promise<void>} append
 * @property {() => Promise<{files: {name: string, bytes: Bytes}[], hidden: number}>} readAll
 * @property {(change: (bytes: Bytes) => Bytes) => Promise<void>} rewrite
 */

/** @typedef {{database: string, highest: Record<string, number>}} SentinelFacts */

/**
 * A tiny third place (Cache API or OPFS) that remembers which database there was and how far each stream had come.
 * It holds no words. It may be older than the truth, never newer. A read that cannot be made gives `null`.
 * @typedef {object} Sentinel
 * @property {() => Promise<SentinelFacts | null>} read  never throws
 * @property {(facts: SentinelFacts) => Promise<void>} write
 */

/**
 * Room that is kept for words: slices of bytes that mean nothing, of `SLICE_BYTES` each (reserve.js). `held` counts the whole ones. `lay`
 * adds one, and throws a `StorageProblem` when there is no room for it; half a slice is none and takes no room. `drop` gives back all that
 * can be had at once, never throws for what the disk does, and needs no room itself. `room` is what the browser says: it was seen to speak of
 * a gigabyte on a disk that was full (assurance.md 0.5), so it guides and never refuses; `null` where it does not say.
 * @typedef {object} Reserve
 * @property {() => Promise<number>} held
 * @property {() => Promise<void>} lay
 * @property {() => Promise<void>} drop
 * @property {() => Promise<Room | null>} room
 */
/** @typedef {{quota_bytes: number, used_bytes: number}} Room */

/** @typedef {{method: 'GET' | 'POST', path: string, headers: Record<string, string>, body: Bytes | null}} Request */

/**
 * `retryAfter` is the header of that name as it came. A cut line, a refused connection, a name that is not found: the
 * port throws a `NetworkProblem`. The port adds `Authorization: Bearer <device token>`, sends no cookies, and never follows
 * a redirect to another origin.
 * @typedef {{status: number, contentType: string, retryAfter: string | null, bytes: Bytes}} Answer
 */

/** @typedef {{send: (request: Request) => Promise<Answer>}} Network */
/** @typedef {{now: () => string}} Clock  the tablet's claim, "2025-02-11T10:05:00.000Z" */
/** @typedef {{bytes: (length: number) => Bytes, uuid4: () => string}} Random */

/**
 * Makes one P-256 pair: `privateKey` usable for `deriveBits`, `public` the 65 bytes of the uncompressed point. The
 * browser calls `subtle.generateKey`; the simulator draws it from its seed.
 * @typedef {{pair: (options?: {extractable?: boolean}) => Promise<{privateKey: CryptoKey, public: Bytes}>}} KeyMaking
 */

/**
 * Argon2id lives outside (hash-wasm, in static/). Gives 32 bytes.
 * @typedef {(passphrase: string, parameters: Record<string, unknown>) => Promise<Bytes>} Stretch
 */

/**
 * @typedef {object} Ports
 * @property {Storage} storage  the unsent database
 * @property {Storage} [pulled]  the pulled database of the person who is signed in
 * @property {Journal} journal
 * @property {Sentinel} sentinel
 * @property {Reserve} [reserve]  room that is given up when words find none
 * @property {Network} network
 * @property {Clock} clock
 * @property {Random} random
 * @property {KeyMaking} keyMaking
 */

/** @typedef {'evidence' | 'vault' | 'concern'} Lane */
/** @typedef {'create' | 'revise' | 'withdraw' | 'redact'} Kind */

/**
 * How every commit is asked for. With less the browser answers before the disk has it, and what was called saved goes with the power.
 * @type {'strict' | 'relaxed' | 'default'}
 */
export const DURABILITY = 'strict';

/**
 * `kind` says what a person can be told: `quota` (the tablet is full), `gone` (the handle was lost and could not be had
 * again), `failed` (anything else). After a throw it is unknown whether the commit took place; saving again under the
 * same operation id is safe.
 */
export class StorageProblem extends Error {
  /** @param {'quota' | 'gone' | 'failed'} kind @param {string} [message] */
  constructor(kind, message = kind) {
    super(message);
    this.name = 'StorageProblem';
    this.kind = kind;
  }
}

/** Nothing, or nothing whole, came back. What central has done by then is unknown. */
export class NetworkProblem extends Error {
  /** @param {string} [message] */
  constructor(message = 'no answer') {
    super(message);
    this.name = 'NetworkProblem';
  }
}
