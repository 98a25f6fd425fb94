/**
 * When the database takes nothing more (full, or lost three times over), the journal alone keeps the words.
 *
 * Such entries are numbered in an incarnation of their own: the database cannot say which numbers it has given out, and
 * a number must never be used twice. They move into the database as soon as it takes them again, or at the next start.
 * Source: assurance.md 1.2, "Connection killed".
 */
import { entryChanges, entryFrame, mint } from './mint.js';
import { StorageProblem } from './ports.js';
import { redactionChanges } from './redact.js';
import { notSaved, savedOperation } from './saved.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */

/**
 * @param {Tablet} tablet @param {import('./mint.js').Prepared[]} prepared @param {StorageProblem} cause what the database said
 * @returns {Promise<import('./saved.js').Saved>}
 */
export function saveInJournalAlone(tablet, prepared, cause) {
  const { overflow } = tablet;
  // One after the other: these heads live in memory, so nothing else keeps two saves from taking the same number.
  const mine = overflow.turn.then(() => write(tablet, prepared, cause));
  overflow.turn = mine.then(() => undefined, () => undefined);
  return mine;
}

/** @param {Tablet} tablet @param {import('./mint.js').Prepared[]} prepared @param {StorageProblem} cause */
async function write(tablet, prepared, cause) {
  const { overflow, carry, random, clock } = tablet;
  const known = prepared.map(({ intention }) => tablet.keptHere.get(intention.operation));
  if (known.some((one) => one !== undefined)) return knownHere(known, cause);
  overflow.incarnation ??= random.uuid4();
  const heads = new Map(overflow.heads);
  let minted;
  try {
    minted = await mint(prepared, { incarnation: overflow.incarnation, heads, carry, random, device_at: clock.now() });
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
    return notSaved('nothing_saved', problem.kind);
  }
  const failed = await tablet.secondCopy.write(minted.map(entryFrame));
  // Even when the flush failed the frames wait to be written again, so the numbers are taken.
  overflow.heads = heads;
  overflow.minted.push(...minted);
  for (const one of minted) tablet.keptHere.set(one.row.operation, one.row);
  if (failed !== null) return notSaved('nothing_saved', cause.kind);
  return { ...notSaved('database_failed', cause.kind), saved: /** @type {const} */ ('once'), operations: minted.map(({ row }) => savedOperation(row)) };
}

/**
 * The database cannot be read now, but these operations were kept before. To mint them again would give one id to two
 * operations, which central must set aside; what was kept then is kept still.
 * @param {(import('./stores.js').EntryRow | undefined)[]} known @param {StorageProblem} cause @returns {import('./saved.js').Saved}
 */
function knownHere(known, cause) {
  const all = known.filter((one) => one !== undefined);
  if (all.length < known.length) return notSaved('same_operation_other_words', cause.kind);
  return { ...notSaved('database_failed', cause.kind), saved: 'once', again: true, operations: all.map(savedOperation) };
}

/**
 * Saving again what the journal alone has: it must not be minted a second time under the same id. `null` when it is not
 * one of these, or when the database has taken it by now.
 * @param {Tablet} tablet @param {import('./mint.js').Intention[]} intentions @returns {Promise<import('./saved.js').Saved | null>}
 */
export async function stillWaiting(tablet, intentions) {
  const ids = new Set(intentions.map(({ operation }) => operation));
  const mine = tablet.overflow.minted.filter(({ row }) => ids.has(row.operation));
  if (mine.length === 0) return null;
  const cause = await settle(tablet);
  if (cause === null) return null;
  const failed = await tablet.secondCopy.retry();
  if (failed !== null) return notSaved('nothing_saved', cause.kind);
  return {
    ...notSaved('database_failed', cause.kind), saved: 'once', again: true, operations: mine.map(({ row }) => savedOperation(row)),
  };
}

/**
 * Move what the journal alone has into the database. Nothing to do is the usual case. Twice is as once.
 * @param {Tablet} tablet @returns {Promise<StorageProblem | null>}
 */
export async function settle(tablet) {
  const { overflow, storage } = tablet;
  while (overflow.minted.length > 0) {
    const minted = [...overflow.minted];
    try {
      if (await settleOnce(storage, minted) === 'moved') continue;
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      return problem;
    }
    overflow.minted = overflow.minted.filter((one) => !minted.includes(one));
    // A new one next time: the streams of this one belong to the database now.
    if (overflow.minted.length === 0) Object.assign(overflow, { incarnation: null, heads: new Map() });
  }
  return null;
}

/** @param {import('./ports.js').Storage} storage @param {import('./mint.js').Minted[]} minted */
async function settleOnce(storage, minted) {
  const changes = entryChanges(minted);
  /** @type {import('./ports.js').Check[]} */
  const check = [];
  for (const { row } of minted) {
    const { redacts = [] } = JSON.parse(row.header);
    const redaction = await redactionChanges(storage, redacts, row.operation);
    changes.push(...redaction.changes);
    check.push(...redaction.check);
  }
  return storage.commit(changes, { check });
}

