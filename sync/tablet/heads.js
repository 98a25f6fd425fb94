/**
 * What the next operation builds on: the incarnation, the heads of its streams, and the keys to seal with.
 *
 * Remembered from this start's last commit, so that a save reads nothing before it writes; the commit itself reads all of
 * it again under the checks given here, and when one has moved (another tab wrote, the office changed its key, a new
 * incarnation was taken) it writes nothing and the step is repeated from what was read. Memory is never the authority.
 * Source: PROTOCOL.md 7.
 */
import { streamOf } from './header.js';
import { StorageProblem } from './ports.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {import('./mint.js').Prepared} Prepared */
/** @typedef {import('./mint.js').StreamHead} StreamHead */
/** @typedef {import('./ports.js').Check} Check */
/** @typedef {{forWriting: (person: string, lane: import('./ports.js').Lane) => Promise<import('./carry.js').CarryKey>}} WritingKeys */
/** @typedef {{incarnation: string, heads: Map<string, StreamHead>, carry: WritingKeys, check: Check[]}} Ground  `heads` is moved on by minting */

export class Heads {
  /** @type {string | null} */
  #incarnation = null;

  /** @type {Map<string, StreamHead>} */
  #last = new Map();

  /** All of it from memory; `null` when this start has not yet written in each of these streams. @param {Tablet} tablet @param {Prepared[]} prepared @returns {Promise<Ground | null>} */
  async remembered({ carry }, prepared) {
    const incarnation = this.#incarnation;
    if (incarnation === null) return null;
    /** @type {Map<string, StreamHead>} */
    const heads = new Map();
    /** @type {Map<string, import('./carry.js').CarryKey>} */
    const keys = new Map();
    /** @type {Check[]} */
    const check = [];
    for (const { person, lane, stream } of placesOf(incarnation, prepared)) {
      const last = this.#last.get(stream);
      const known = await carry.remembered(person, lane);
      if (last === undefined || known === null) return null;
      heads.set(stream, last);
      keys.set(`${person} ${lane}`, known);
      check.push(...known.check);
    }
    const forWriting = async (/** @type {string} */ person, /** @type {string} */ lane) =>
      /** @type {import('./carry.js').CarryKey} */ (keys.get(`${person} ${lane}`));
    return { incarnation, heads, carry: { forWriting }, check: [...check, ...checksOf(incarnation, heads, prepared)] };
  }

  /** All of it as it stands now. Throws `StorageProblem`. @param {Tablet} tablet @param {Prepared[]} prepared @returns {Promise<Ground>} */
  async read({ storage, carry }, prepared) {
    const mark = await storage.read('marks', 'incarnation');
    // Every start writes one. Without it this is another database, empty, put in the place of the one that was opened.
    if (mark === undefined) throw new StorageProblem('failed', 'the database was replaced');
    const { id: incarnation } = mark;
    /** @type {Map<string, StreamHead | null>} */
    const heads = new Map();
    await Promise.all(placesOf(incarnation, prepared).map(async ({ stream }) => {
      heads.set(stream, await storage.read('streams', stream) ?? null);
    }));
    const check = checksOf(incarnation, heads, prepared);
    return { incarnation, heads: new Map([...heads].map(([stream, row]) => [stream, row ?? { highest: 0, head: null }])), carry, check };
  }

  /** What was built on this ground is committed. @param {Ground} ground */
  committed({ incarnation, heads }) {
    if (incarnation !== this.#incarnation) this.#last.clear();
    this.#incarnation = incarnation;
    for (const [stream, { highest, head }] of heads) this.#last.set(stream, { highest, head });
  }

  /** It was not what the database has. */
  forget() {
    this.#incarnation = null;
    this.#last.clear();
  }
}

/** The streams of these, each once. @param {string} incarnation @param {Prepared[]} prepared */
function placesOf(incarnation, prepared) {
  const places = prepared.map(({ intention: { person, scope, lane } }) => ({ person, lane, stream: streamOf({ incarnation, person, scope, lane }) }));
  return [...new Map(places.map((place) => [place.stream, place])).values()];
}

/** What must stand as it was, in the commit. @param {string} incarnation @param {Map<string, StreamHead | null>} heads @param {Prepared[]} prepared @returns {Check[]} */
function checksOf(incarnation, heads, prepared) {
  return [
    { store: 'marks', key: 'incarnation', equals: { id: incarnation } },
    ...[...heads].map(([stream, row]) => ({ store: 'streams', key: stream, equals: row === null ? null : { highest: row.highest, head: row.head } })),
    ...prepared.map(({ intention }) => ({ store: 'operations', key: intention.operation, equals: null })),
  ];
}
