/**
 * How much of one visit is on this tablet and how much at the office: two counts, each from its own side.
 *
 * The tablet's are counted in its own stores, never taken from what the office once said; the office's come from an answer that was asked
 * for now, and are not remembered. Stream by stream, so that one too many here and one too few there do not look like agreement.
 * Needs no key. Nothing is written. Source: PROTOCOL.md 4.3, assurance.md DUR-27.
 */
import { streamParts } from './header.js';
import { askManifest, STREAMS_LIMIT } from './manifest.js';
import { needsPerson } from './outbox.js';
import { under } from './stores.js';

/** @typedef {import('./manifest.js').StreamAtCentral} StreamAtCentral */
/**
 * @typedef {object} StreamHere
 * @property {string} stream
 * @property {number} written numbers that were given out
 * @property {number} kept of these, how many are here; what went on purpose, because the office has it, counts as here
 * @property {string} head header hash of the last number
 */
/** @typedef {{streams: StreamHere[], aside: number, drafts: number, attention: number}} CountsHere  `aside`: only the second copy has them yet */
/**
 * @typedef {object} TwoCounts
 * @property {number} here
 * @property {number} office stored there
 * @property {number} unsent numbers that the office has not
 * @property {number} waits_there the office has the number, and has not taken it in yet
 * @property {number} gone are not here any more, though nobody let go of them
 * @property {number} apart streams in which the two sides hold different things under one number, or the office holds more
 * @property {boolean} equal
 */

/** @param {import('./tablet.js').Tablet} tablet @param {string} scope @returns {Promise<CountsHere>} */
export async function countHere({ storage, overflow }, scope) {
  const ofScope = (/** @type {string} */ stream) => streamParts(stream).scope === scope;
  /** @type {StreamHere[]} */
  const streams = [];
  let attention = 0;
  for (const { key: stream, value } of (await storage.range('streams')).filter(({ key }) => ofScope(key))) {
    const letGo = (await storage.read('marks', `purged:${stream}`))?.to ?? 0;
    streams.push({ stream, written: value.highest, kept: letGo + await storage.count('entries', under([stream])), head: value.head });
    const outbox = await storage.range('outbox', under([stream]));
    attention += outbox.filter(({ value }) => needsPerson(value)).length;
  }
  return {
    streams, attention,
    aside: overflow.minted.filter(({ row }) => ofScope(row.stream)).length,
    drafts: (await storage.range('drafts')).filter(({ value }) => value.place.scope === scope).length,
  };
}

/**
 * What the office says now of these streams. Counted here again afterwards, what is written meanwhile does not look like a difference.
 * @param {import('./tablet.js').Tablet} tablet @param {string[]} streams
 * @returns {Promise<{problem: string} | {problem: null, asked_at: string, streams: Map<string, StreamAtCentral>}>}
 */
export async function askOffice(tablet, streams) {
  /** @type {Map<string, StreamAtCentral>} */
  const told = new Map();
  for (let at = 0; at === 0 || at < streams.length; at += STREAMS_LIMIT) {
    const some = streams.slice(at, at + STREAMS_LIMIT);
    const asked = await askManifest(tablet, some);
    if (asked.problem !== null) return { problem: asked.problem };
    asked.streams.forEach((one, place) => told.set(some[place], one));
  }
  return { problem: null, asked_at: tablet.clock.now(), streams: told };
}

/** @type {StreamAtCentral} */
const NOTHING_THERE = Object.freeze({ count: 0, highest: 0, head: null });

/** @param {import('./tablet.js').Tablet} tablet @param {CountsHere} here @param {Map<string, StreamAtCentral>} office @returns {Promise<TwoCounts>} */
export async function compareCounts({ storage }, { streams, aside }, office) {
  const counts = { here: aside, office: 0, unsent: aside, waits_there: 0, gone: 0, apart: 0, equal: true };
  for (const { stream, written, kept, head } of streams) {
    const theirs = office.get(stream) ?? NOTHING_THERE;
    counts.here += kept;
    counts.office += theirs.count;
    counts.unsent += Math.max(0, written - theirs.highest);
    counts.waits_there += Math.max(0, Math.min(theirs.highest, written) - theirs.count);
    counts.gone += Math.max(0, written - kept);
    const ours = theirs.highest === written ? head : (await storage.read('entries', [stream, theirs.highest]))?.header_hash;
    const differs = theirs.highest > 0 && ours !== undefined && ours !== theirs.head;
    counts.apart += Number(theirs.highest > written || differs);
  }
  counts.equal = counts.unsent + counts.waits_there + counts.gone + counts.apart === 0;
  return counts;
}
