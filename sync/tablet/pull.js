/**
 * Fetches what others wrote, page by page, for one scope and lane. Needs the person's key of pulled data: unlocked only.
 *
 * A page and its cursor are one commit, so that a cut at any point loses nothing and repeats nothing. Redactions in a
 * page reach the entries, drafts and journal here BEFORE the cursor moves past them. A scope that may no longer be read
 * is removed. Source: PROTOCOL.md 4.2, I6, I8, I11.
 */
import { fromUtf8, sha256 } from './bytes.js';
import { knownEpoch, noteEpoch } from './epoch.js';
import { readPull } from './line.js';
import { NetworkProblem } from './ports.js';
import { openPacks, packed, packsOf, removals, withoutBodies } from './pulled.js';
import { redactedOperations, redactHere } from './redact.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {import('./pulled.js').CursorRow} CursorRow */
/** @typedef {import('./pulled.js').PulledOperation} PulledOperation */
/** @typedef {import('./keys.js').PersonKeys} PersonKeys */
/**
 * @typedef {object} PullResult
 * @property {string | null} problem `no_answer`, `not_from_central`, `body_differs`, `not_readable_here`, `stale_answer`, `status_…`
 * @property {string | null} retryAfter
 * @property {PulledOperation[]} operations as they were written, for the folded state
 * @property {string[]} redacted operations whose bodies went
 * @property {number} after the cursor now
 * @property {boolean} more another step is worth while
 * @property {boolean} begunAgain the replica must be loaded anew: a generation ended, or the scope was removed
 * @property {boolean} epochChanged
 * @property {number} drafts_redacted
 */

/** @param {Tablet & {pulled: import('./ports.js').Storage}} tablet @param {PersonKeys} keys @param {string} scope @param {import('./ports.js').Lane} lane @returns {Promise<PullResult>} */
export async function pullStep(tablet, keys, scope, lane) {
  const { storage, pulled, network } = tablet;
  const place = [scope, lane];
  const cursor = /** @type {CursorRow | undefined} */ (await pulled.read('cursors', place));
  const after = cursor?.after ?? 0;
  const whenAsked = await knownEpoch(storage);
  let answer;
  try {
    answer = await network.send({ method: 'GET', path: `/sync/pull?scope=${scope}&lane=${lane}&after=${after}`, headers: {}, body: null });
  } catch (problem) {
    if (!(problem instanceof NetworkProblem)) throw problem;
    return { ...NOTHING, problem: 'no_answer', after };
  }
  if (answer.status === 404 && isFromCentral(answer.bytes)) return removed(pulled, place);
  const page = readPull(answer, { scope, lane, after });
  if (page === null) {
    return { ...NOTHING, problem: answer.status === 200 ? 'not_from_central' : `status_${answer.status}`, retryAfter: answer.retryAfter, after };
  }
  const epoch = await noteEpoch(storage, page.epoch, whenAsked);
  if (epoch === 'stale') return { ...NOTHING, problem: 'stale_answer', after };
  const epochChanged = epoch === 'changed';
  if (cursor !== undefined && cursor.epoch !== page.epoch) return { ...await beginAgain(pulled, place, cursor, page.epoch), epochChanged };
  for (const { header, body } of page.rows) {
    if (body !== null && (body.length !== header.body_bytes || await sha256(body) !== header.body_hash)) {
      return { ...NOTHING, problem: 'body_differs', after, epochChanged };
    }
  }
  return { ...await enter(tablet, keys, page, cursor), epochChanged };
}

/** @type {PullResult} */
const NOTHING = Object.freeze({
  problem: null, retryAfter: null, operations: [], redacted: [], after: 0, more: false, begunAgain: false, epochChanged: false,
  drafts_redacted: 0,
});

/** @param {Tablet & {pulled: import('./ports.js').Storage}} tablet @param {PersonKeys} keys @param {import('./line.js').PullPage} page @param {CursorRow | undefined} cursor @returns {Promise<PullResult>} */
async function enter(tablet, { pulledKey }, page, cursor) {
  const { pulled, storage, random } = tablet;
  const { scope, lane } = page;
  const place = [scope, lane];
  const redacts = new Map(page.rows.flatMap(({ header }) => (header.redacts ?? []).map((one) => /** @type {const} */ ([one, header.operation]))));
  const gone = new Set(page.rows.filter(({ header, body }) => body === null && header.kind !== 'redact').map(({ header }) => header.operation));
  let drafts = 0;
  for (const [by, operations] of grouped([...redacts, ...[...gone].map((one) => /** @type {const} */ ([one, 'pull']))])) {
    const here = await redactHere(tablet, operations, by);
    drafts += here.drafts;
    // The journal is tried again at each flush and each start; the cursor need not wait for it.
  }
  const all = new Set([...await redactedOperations(storage), ...redacts.keys(), ...(await pulled.range('redacted')).map(({ key }) => key)]);
  const operations = page.rows.map(({ position, receivedAt, headerText, header, body }) => ({
    position, received_at: receivedAt, header: headerText, body: body === null || all.has(header.operation) ? null : fromUtf8(body),
  }));
  const generation = cursor?.generation ?? 1;
  const scrubbed = redacts.size > 0 ? withoutBodies(await openPacks(pulled, pulledKey, place), new Set(redacts.keys())) : [];
  const changes = await Promise.all([...scrubbed, ...packsOf(scope, lane, generation, operations)].map((pack) => packed(pulledKey, random, pack)));
  const complete = !page.more;
  const old = complete && cursor !== undefined && !cursor.complete ? await removals(pulled, place, generation) : [];
  const after = page.after + operations.length;
  changes.push(
    ...old,
    ...[...redacts].map(([key, by]) => ({ store: 'redacted', key, put: { schema: 1, by } })),
    { store: 'cursors', key: place, put: { schema: 1, after, epoch: page.epoch, generation, redactions: (cursor?.redactions ?? 0) + Number(scrubbed.length > 0), complete: complete || (cursor?.complete ?? false) } },
  );
  const equals = cursor === undefined ? null : { after: cursor.after, generation: cursor.generation, redactions: cursor.redactions };
  // Another tab pulled the same page; its commit stands and the next step goes on from there.
  if (await pulled.commit(changes, { check: [{ store: 'cursors', key: place, equals }] }) === 'moved') {
    return { ...NOTHING, after: page.after, more: true, begunAgain: true };
  }
  await releasedAtOffice(storage, page.rows);
  return { ...NOTHING, operations, redacted: [...redacts.keys()], after, more: page.more, begunAgain: old.length > 0, drafts_redacted: drafts };
}

/** @param {(readonly [string, string])[]} pairs operation and redacting operation @returns {Map<string, string[]>} */
function grouped(pairs) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const [operation, by] of pairs) groups.set(by, [...(groups.get(by) ?? []), operation]);
  return groups;
}

/**
 * Central was restored: positions may name other operations now. A new generation begins at 1; the old one is read
 * until the new one is complete.
 * @param {import('./ports.js').Storage} pulled @param {string[]} place @param {CursorRow} cursor @param {string} epoch @returns {Promise<PullResult>}
 */
async function beginAgain(pulled, place, cursor, epoch) {
  /** @type {import('./ports.js').Change[]} */
  const changes = [{ store: 'cursors', key: place, put: { ...cursor, after: 0, epoch, generation: cursor.generation + 1, complete: false } }];
  // A run that was itself unfinished has nothing to offer; what is older still is.
  const check = [{ store: 'cursors', key: place, equals: { generation: cursor.generation, epoch: cursor.epoch } }];
  await pulled.commit(changes, { check });
  return { ...NOTHING, more: true };
}

/** @param {import('./ports.js').Storage} pulled @param {string[]} place @returns {Promise<PullResult>} */
async function removed(pulled, place) {
  const changes = [...await removals(pulled, place), { store: 'cursors', remove: place }];
  await pulled.commit(changes);
  return { ...NOTHING, problem: 'not_readable_here', begunAgain: true };
}

/** An entry that waited at the office for a decision and has a position now is simply safe. @param {import('./ports.js').Storage} storage @param {import('./line.js').PulledRow[]} rows */
async function releasedAtOffice(storage, rows) {
  for (const { header, headerText, receivedAt } of rows) {
    const place = await storage.read('operations', header.operation);
    if (place === undefined) continue;
    const key = [place.stream, place.sequence];
    const waits = await storage.read('outbox', key);
    if (waits?.standing !== 'quarantined') continue;
    const entry = await storage.read('entries', key);
    if (entry?.header !== headerText) continue;
    await storage.commit([
      { store: 'outbox', remove: key },
      { store: 'safe', key, put: { schema: 1, verdict: 'stored', redacted: entry.sealed === null, safe_at: receivedAt } },
    ], { check: [{ store: 'outbox', key, equals: { standing: 'quarantined' } }] });
  }
}

/** A 404 of a café says nothing about a right to read. @param {import('./ports.js').Bytes} bytes */
function isFromCentral(bytes) {
  try {
    const value = JSON.parse(fromUtf8(bytes));
    return typeof value?.format === 'string' && value.format.startsWith('fieldwork-') && typeof value.epoch === 'string';
  } catch (problem) {
    if (problem instanceof SyntaxError || problem instanceof TypeError) return false;
    throw problem;
  }
}
