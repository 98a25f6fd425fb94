/**
 * Compares with central what each stream came to, and offers again what central has lost.
 *
 * After a restore from a backup this is how notes that were already called safe come back. Only when a manifest has
 * agreed is an entry `checked`, and only checked entries may ever be purged. If central has MORE of a stream than this
 * tablet ever wrote, this database is an older copy: it writes on as a new incarnation. What was redacted in the streams is
 * named in the answer, and the words go here too, also of a visit that nobody here may pull any more and while locked.
 * Source: PROTOCOL.md 4.3, SYN-11, I8.
 */
import { toUtf8 } from './bytes.js';
import { knownEpoch, noteEpoch } from './epoch.js';
import { streamParts } from './header.js';
import { readAnswer } from './line.js';
import { NetworkProblem } from './ports.js';
import { outboxRow } from './mint.js';
import { redactHere } from './redact.js';
import { under } from './stores.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {{count: number, highest: number, head: string | null, redacted?: string[]}} StreamAtCentral */
/**
 * @typedef {object} ManifestResult
 * @property {string | null} problem
 * @property {string | null} retryAfter
 * @property {number} agreed streams
 * @property {number} offered entries that go into the outbox again
 * @property {number} purged_missing numbers that central lacks and this tablet has purged: reported, cannot be offered
 * @property {boolean} newIncarnation this database was found to be behind, or its chain to differ
 * @property {boolean} epochChanged
 * @property {string[]} redacted operations whose words went from this tablet now
 */

export const STREAMS_LIMIT = 500;

/** @param {Tablet} tablet @returns {Promise<ManifestResult>} */
export async function manifestStep(tablet) {
  const total = { ...NOTHING };
  const due = await tablet.storage.read('marks', 'manifest_due');
  const streams = (await tablet.storage.range('streams')).map(({ key }) => /** @type {string} */ (key));
  for (let at = 0; at < streams.length; at += STREAMS_LIMIT) {
    const part = await compare(tablet, streams.slice(at, at + STREAMS_LIMIT), due !== undefined);
    if (part.problem !== null) return { ...total, ...part };
    total.agreed += part.agreed;
    total.offered += part.offered;
    total.purged_missing += part.purged_missing;
    total.newIncarnation ||= part.newIncarnation;
    total.redacted = [...total.redacted, ...part.redacted];
    // The mark of a changed epoch stays, and the next step compares everything under the new one.
    if (part.epochChanged) return { ...total, epochChanged: true };
  }
  if (due !== undefined) {
    await tablet.storage.commit([{ store: 'marks', remove: 'manifest_due' }], { check: [{ store: 'marks', key: 'manifest_due', equals: due }] });
  }
  return total;
}

/**
 * Ask how far the office has these streams, at most 500. Nothing here is changed by the answer.
 * @param {Pick<Tablet, 'network'>} tablet @param {string[]} streams
 * @returns {Promise<{problem: string, retryAfter: string | null} | {problem: null, epoch: string, streams: StreamAtCentral[]}>} the streams in the same order
 */
export async function askManifest({ network }, streams) {
  const body = toUtf8(JSON.stringify({ format: 'fieldwork-streams/1', streams: streams.map(streamParts) }));
  let answer;
  try {
    answer = await network.send({ method: 'POST', path: '/sync/manifest', headers: { 'Content-Type': 'application/json' }, body });
  } catch (problem) {
    if (!(problem instanceof NetworkProblem)) throw problem;
    return { problem: 'no_answer', retryAfter: null };
  }
  const value = readAnswer(answer, 'fieldwork-manifest/1');
  if (isManifest(value, streams.length)) return { problem: null, epoch: value.epoch, streams: value.streams };
  return { problem: answer.status === 200 ? 'not_from_central' : `status_${answer.status}`, retryAfter: answer.retryAfter };
}

/** @type {ManifestResult} */
const NOTHING = Object.freeze({
  problem: null, retryAfter: null, agreed: 0, offered: 0, purged_missing: 0, newIncarnation: false, epochChanged: false, redacted: [],
});

/** @param {Tablet} tablet @param {string[]} streams @param {boolean} afterRestore @returns {Promise<ManifestResult>} */
async function compare(tablet, streams, afterRestore) {
  const { storage } = tablet;
  // Read before asking: what becomes safe while the answer is under way is not in that answer.
  const safeBefore = new Map(await Promise.all(streams.map(async (stream) => /** @type {const} */ ([stream, await storage.range('safe', under([stream]))]))));
  const whenAsked = await knownEpoch(storage);
  const value = await askManifest(tablet, streams);
  if (value.problem !== null) return { ...NOTHING, ...value };
  const epoch = await noteEpoch(storage, value.epoch, whenAsked);
  if (epoch === 'stale') return { ...NOTHING, problem: 'stale_answer' };
  if (epoch === 'changed') return { ...NOTHING, epochChanged: true };
  const result = { ...NOTHING };
  for (const [index, stream] of streams.entries()) {
    const gone = await stillHere(storage, stream, value.streams[index].redacted ?? []);
    if (gone.length > 0) await redactHere(tablet, gone, 'manifest');
    result.redacted = [...result.redacted, ...gone];
    const one = await compareStream(tablet, stream, value.streams[index], safeBefore.get(stream) ?? [], afterRestore, value.epoch);
    result.agreed += Number(one.agreed);
    result.offered += one.offered;
    result.purged_missing += one.purged_missing;
    result.newIncarnation ||= one.newIncarnation;
  }
  return result;
}

/**
 * Which of the redacted operations of a stream this tablet has not let go of yet. One that it does not know is remembered, so that its
 * words are dropped if they ever come; one that stands in another stream here is none of this answer's.
 * @param {import('./ports.js').Storage} storage @param {string} stream @param {string[]} redacted @returns {Promise<string[]>}
 */
async function stillHere(storage, stream, redacted) {
  const here = [];
  for (const operation of redacted) {
    const place = await storage.read('operations', operation);
    if (place !== undefined && place.stream !== stream) continue;
    const entry = place && await storage.read('entries', [place.stream, place.sequence]);
    if ((entry !== undefined && entry.sealed !== null) || await storage.read('redacted', operation) === undefined) here.push(operation);
  }
  return here;
}

/** @param {unknown} value */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** @param {any} value @param {number} length */
function isManifest(value, length) {
  return value !== null && Array.isArray(value.streams) && value.streams.length === length
    && value.streams.every((/** @type {any} */ one) => one !== null && isCount(one?.count) && isCount(one.highest) && (one.head === null || typeof one.head === 'string')
      && (one.redacted === undefined || (Array.isArray(one.redacted) && one.redacted.every((/** @type {unknown} */ id) => typeof id === 'string'))));
}

/**
 * @param {Tablet} tablet @param {string} stream @param {StreamAtCentral} theirs @param {{key: any, value: any}[]} safeBefore
 * @param {boolean} afterRestore @param {string} epoch
 */
async function compareStream({ storage, clock, random }, stream, theirs, safeBefore, afterRestore, epoch) {
  const ours = await storage.read('streams', stream);
  const atTheirs = theirs.highest === 0 ? undefined : await storage.read('entries', [stream, theirs.highest]);
  const purgedTo = (await storage.read('marks', `purged:${stream}`))?.to ?? 0;
  const forked = atTheirs !== undefined && atTheirs.header_hash !== theirs.head;
  const behind = theirs.highest > ours.highest;
  // Some numbers are taken by what central has not stored (it waits, or did not open), and it cannot say which. Where it has more than this
  // tablet ever gave out, it speaks of another life of this database, or even of somebody else's stream.
  const unsure = afterRestore && (behind || theirs.count < theirs.highest);
  const lacking = forked || unsure ? safeBefore : safeBefore.filter(({ key }) => key[1] > theirs.highest);
  /** @type {import('./ports.js').Change[]} */
  const changes = [];
  /** @type {import('./ports.js').Check[]} */
  const check = [{ store: 'marks', key: 'epoch', equals: { epoch } }];
  for (const { key } of lacking) {
    const entry = await storage.read('entries', key);
    changes.push({ store: 'safe', remove: key }, { store: 'outbox', key, put: outboxRow(entry.operation, entry.minted_at) });
    check.push({ store: 'safe', key, equals: {} });
  }
  if (afterRestore || forked) changes.push(...await offeredOnceMore(storage, stream));
  const agreed = !forked && !behind && lacking.length === 0 && theirs.highest > 0;
  if (agreed && !afterRestore) changes.push({ store: 'marks', key: `checked:${stream}`, put: { to: theirs.highest, epoch, at: clock.now() } });
  const newIncarnation = (forked || behind) && await takeNewIncarnation(storage, stream, random);
  const written = changes.length === 0 ? 'committed' : await storage.commit(changes, { check });
  return {
    agreed: agreed && written === 'committed', offered: written === 'committed' ? lacking.length : 0,
    purged_missing: Math.max(0, purgedTo - theirs.highest), newIncarnation,
  };
}

/** What central kept for a person to look at may be missing from the backup as well. @param {import('./ports.js').Storage} storage @param {string} stream */
async function offeredOnceMore(storage, stream) {
  return (await storage.range('outbox', under([stream])))
    .filter(({ value }) => value.standing === 'quarantined' || value.standing === 'unreadable')
    .map(({ key, value }) => /** @type {import('./ports.js').Change} */ ({ store: 'outbox', key, put: outboxRow(value.operation, value.minted_at) }));
}

/** @param {import('./ports.js').Storage} storage @param {string} stream @param {import('./ports.js').Random} random @returns {Promise<boolean>} */
async function takeNewIncarnation(storage, stream, random) {
  const mark = await storage.read('marks', 'incarnation');
  if (mark.id !== streamParts(stream).incarnation) return false;
  const check = [{ store: 'marks', key: 'incarnation', equals: { id: mark.id } }];
  return (await storage.commit([{ store: 'marks', key: 'incarnation', put: { id: random.uuid4() } }], { check })) === 'committed';
}
