/**
 * Saves what a person did, and says truthfully how often it is kept. Step 4 of the life of a note.
 *
 * "Saved on this tablet" is `saved: 'twice'`: one strict commit AND the flush of the journal. No lock delays it, and nothing
 * is read before it: the entry is numbered and sealed on the ground of the last commit, and the commit reads that ground
 * again. If another tab was quicker, or the note is there already, the step is repeated from what is read, under the same
 * operation ids. The journal comes after the commit, so that it never holds a number which the database refused.
 * Source: PROTOCOL.md 7, assurance.md 1.3.
 */
import { toUtf8 } from './bytes.js';
import { entryChanges, entryFrame, mint, prepare } from './mint.js';
import { saveInJournalAlone, stillWaiting } from './overflow.js';
import { StorageProblem } from './ports.js';
import { redactionChanges } from './redact.js';
import { NotOpened, open } from './seal.js';
import { notSaved, savedOperation } from './saved.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {import('./mint.js').Intention} Intention */
/** @typedef {import('./mint.js').Minted} Minted */
/** @typedef {import('./mint.js').Prepared} Prepared */
/** @typedef {import('./heads.js').Ground} Ground */
/** @typedef {import('./saved.js').Saved} Saved */

const REOPENINGS = 3;

/**
 * Several operations become durable in ONE commit, in the order given: a `create` in another lane and a `redact` here
 * are both there or neither. Called again with the same operation ids it writes nothing and reports what is there.
 * @param {Tablet} tablet @param {Intention[]} intentions @param {{removeDrafts?: import('./ports.js').Key[]}} [options]
 * @returns {Promise<Saved>}
 */
export async function save(tablet, intentions, { removeDrafts = [] } = {}) {
  const prepared = await Promise.all(intentions.map((intention) => prepare(intention, tablet.random)));
  const waiting = await stillWaiting(tablet, intentions);
  if (waiting !== null) return waiting;
  let reopenings = 0;
  let ground = await tablet.heads.remembered(tablet, prepared);
  for (;;) {
    try {
      if (ground === null) {
        const before = await savedAgain(tablet, prepared, removeDrafts);
        if (before !== null) return before;
      }
      const committed = await commitOnce(tablet, prepared, ground ?? await tablet.heads.read(tablet, prepared), removeDrafts);
      if (committed !== 'moved') return await copied(tablet, committed.minted, { again: false, drafts: committed.drafts });
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      // A lost handle is opened anew by the port; what is asked again is harmless, because the ids are looked up first.
      if (problem.kind === 'gone' && reopenings < REOPENINGS) reopenings += 1;
      else return (ground === null ? null : await keptAfterAll(tablet, prepared, removeDrafts)) ?? saveInJournalAlone(tablet, prepared, problem);
    }
    ground = null;
  }
}

/**
 * The answer to saving again what is there already; `null` when it is not there.
 * @param {Tablet} tablet @param {Prepared[]} prepared @param {import('./ports.js').Key[]} removeDrafts @returns {Promise<Saved | null>}
 */
async function savedAgain(tablet, prepared, removeDrafts) {
  const before = await savedBefore(tablet, prepared);
  if (before === null) return null;
  if (before === 'other_words') return notSaved('same_operation_other_words', null);
  await dropDrafts(tablet, removeDrafts, before);
  return copied(tablet, before, { again: true, drafts: 0 });
}

/**
 * The database took nothing now, but it may have taken these ids before. When it cannot be read either, it is not known.
 * @param {Tablet} tablet @param {Prepared[]} prepared @param {import('./ports.js').Key[]} removeDrafts @returns {Promise<Saved | null>}
 */
async function keptAfterAll(tablet, prepared, removeDrafts) {
  try {
    return await savedAgain(tablet, prepared, removeDrafts);
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
    return null;
  }
}

/**
 * A draft whose operation had been saved already, by the journal alone or before a crash, must not stay and be taken again.
 * What was typed at the same place since then has another operation, and stays.
 * @param {Tablet} tablet @param {import('./ports.js').Key[]} keys @param {Minted[]} saved
 */
async function dropDrafts({ storage }, keys, saved) {
  const operations = new Set(saved.map(({ row }) => row.operation));
  try {
    for (const key of keys) {
      const { operation } = await storage.read('drafts', key) ?? {};
      if (!operations.has(operation)) continue;
      await storage.commit([{ store: 'drafts', remove: key }], { check: [{ store: 'drafts', key, equals: { operation } }] });
    }
  } catch (problem) {
    // The note is saved; the draft is found and dropped another time.
    if (!(problem instanceof StorageProblem)) throw problem;
  }
}

/** @param {Tablet} tablet @param {Prepared[]} prepared @param {Ground} ground @param {import('./ports.js').Key[]} removeDrafts */
async function commitOnce(tablet, prepared, ground, removeDrafts) {
  const { storage, random, clock, heads } = tablet;
  const { incarnation, carry } = ground;
  const minted = await mint(prepared, { incarnation, heads: ground.heads, carry, random, device_at: clock.now() });
  const changes = entryChanges(minted);
  const check = [...ground.check];
  let drafts = 0;
  for (const { intention } of prepared) {
    if (intention.kind !== 'redact') continue;
    const redaction = await redactionChanges(storage, intention.redacts ?? [], intention.operation);
    changes.push(...redaction.changes);
    check.push(...redaction.check);
    drafts += redaction.drafts;
  }
  changes.push(...removeDrafts.map((key) => /** @type {import('./ports.js').Change} */ ({ store: 'drafts', remove: key })));
  if (await storage.commit(changes, { check }) === 'moved') {
    heads.forget();
    return 'moved';
  }
  heads.committed(ground);
  for (const { row } of minted) tablet.keptHere.set(row.operation, row);
  return { minted, drafts };
}

/**
 * The second copy, and the words for how it went. @param {Tablet} tablet @param {Minted[]} minted
 * @param {{again: boolean, drafts: number}} how @returns {Promise<Saved>}
 */
async function copied(tablet, minted, { again, drafts }) {
  const missing = minted.filter(({ row }) => !tablet.secondCopy.holds(row.header));
  let problem = await tablet.secondCopy.write(missing.map(entryFrame));
  const redacted = minted.flatMap(({ row }) => JSON.parse(row.header).redacts ?? []);
  if (problem === null && redacted.length > 0) problem = await tablet.secondCopy.scrub(redacted);
  // Not waited for: it is no copy, and a person who has two waits no longer.
  tablet.sentinelNotes.note(minted.map(({ row }) => row));
  return {
    saved: problem === null ? 'twice' : 'once',
    problem: problem === null ? null : 'second_copy_failed',
    cause: problem?.kind ?? null,
    again,
    operations: minted.map(({ row }) => savedOperation(row)),
    drafts_redacted: drafts,
  };
}

/**
 * What is there under these ids, `null` when nothing is, `'other_words'` when the words are not the ones that were saved.
 * @param {Tablet} tablet @param {Prepared[]} prepared @returns {Promise<Minted[] | 'other_words' | null>}
 */
async function savedBefore(tablet, prepared) {
  /** @type {Minted[]} */
  const found = [];
  for (const { intention, body } of prepared) {
    const place = await tablet.storage.read('operations', intention.operation);
    if (place === undefined) continue;
    const row = await tablet.storage.read('entries', [place.stream, place.sequence]);
    if (row === undefined) return 'other_words';
    if (row.sealed !== null) {
      const kept = await keptWords(tablet, row);
      // What cannot be compared may be fewer words: another tab takes a draft over at its unlock while somebody types on in this one.
      if (kept === null || !sameWords(kept, body)) return 'other_words';
    }
    found.push({ row, carry: await tablet.storage.read('carry_keys', row.carry) ?? null });
  }
  if (found.length === 0) return null;
  return found.length === prepared.length ? found : 'other_words';
}

/**
 * What an entry holds; `null` when it was sealed by another start and nobody is here whose keys open it.
 * @param {Tablet} tablet @param {import('./stores.js').EntryRow} row @returns {Promise<import('./ports.js').Bytes | null>}
 */
async function keptWords({ storage, carry, keys }, row) {
  const known = carry.inMemory(row.carry);
  const carryRow = known === undefined && keys !== undefined ? await storage.read('carry_keys', row.carry) : undefined;
  try {
    const key = known ?? (carryRow && keys && await carry.forReading(carryRow, keys.privateKey));
    return key === undefined || row.sealed === null ? null : await open(key, toUtf8(row.header), row.sealed);
  } catch (problem) {
    if (!(problem instanceof NotOpened)) throw problem;
    return null;
  }
}

const SALTED_BYTES = '{"salt":"00000000000000000000000000000000"'.length;

/** Bodies are equal but for their salt. @param {import('./ports.js').Bytes} a @param {import('./ports.js').Bytes} b */
const sameWords = (a, b) => a.length === b.length && a.every((byte, at) => at < SALTED_BYTES || byte === b[at]);
