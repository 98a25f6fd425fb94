/**
 * The first thing at every start: compares the database, the journals and the sentinel, and restores the poorer from
 * the richer.
 *
 * Browsers were seen to wipe a database after a power cut, to cut it short, and to change bytes in it, without a word.
 * What cannot be restored is counted here, to be said in words and reported to central (report.js). It never removes a note, and
 * it may be cut off at any point and run again. Source: PROTOCOL.md 7, assurance.md 1.3, DUR-06 to DUR-09.
 */
import { headerHash, readHeader, streamOf, Unreadable } from './header.js';
import { sha256, toUtf8 } from './bytes.js';
import { readFrames } from './journal.js';
import { isMissing, keptKeys, keysFrame, laterMark, outlivedWraps, withoutWraps } from './kept_keys.js';
import { entryFrame, outboxRow } from './mint.js';
import { StorageProblem } from './ports.js';
import { redactHere, unusedCarryKeys } from './redact.js';
import { closeReport, keepReport, planReport, somethingWasMissing } from './report.js';
import { restore, settleStreams } from './restore.js';
import { SENTINEL_FAILED } from './sentinel.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {import('./ports.js').Change} Change */
/** @typedef {import('./stores.js').EntryRow} EntryRow */
/** @typedef {import('./restore.js').JournalEntry} JournalEntry */
/**
 * Counts only: what may be reported to central, and what the words on the screen are made of.
 * @typedef {object} Reconciled
 * @property {boolean} first_start nothing was ever kept here
 * @property {boolean} found_empty the database was gone, though something was kept here once
 * @property {boolean} behind the database lacked what the journal or the sentinel knew
 * @property {boolean} new_incarnation
 * @property {number} restored entries put back into the database
 * @property {number} repaired rows whose bytes the disk had changed
 * @property {number} damaged rows whose bytes the disk had changed and no journal could mend
 * @property {number} lost numbers given out of which neither copy holds anything
 * @property {boolean} certain whether `lost` and `damaged` are all: something that outlived both copies remembers how far they had come
 * @property {boolean} missing_before an earlier start told of a loss, or of one that it could not rule out
 * @property {number} copied entries written into the journal again
 * @property {number} journal_damaged_bytes
 * @property {number} journals_hidden other workers that live
 * @property {string | null} problem the journal could not be written
 */

/** @param {Tablet} tablet @returns {Promise<Reconciled>} */
export async function reconcile(tablet) {
  const { storage, journal, sentinel, random } = tablet;
  // The database is read last, because it is written first: another tab at work then cannot look like a loss.
  const memory = await sentinel.read();
  const { files, hidden } = await whatCanBeRead(journal);
  const read = await readJournal(files.map(({ bytes }) => bytes));
  const known = await readDatabase(storage);

  const first_start = known.database === undefined && memory === null && read.entries.size === 0 && read.marks.size === 0;
  const found_empty = known.database === undefined && !first_start;
  const missing = [...read.entries.values()].filter((entry) => !known.entries.has(entry.place)
    && entry.header.sequence > Math.max(known.purgedTo(entry.stream), read.purgedTo(entry.stream)));
  const highest = highestNumbers(known, read, memory);
  const { lost, streams: lossy } = lostNumbers(highest, known, read);
  const behind = missing.length > 0 || lost > 0
    || (memory !== null && known.database !== undefined && memory.database !== known.database);
  const new_incarnation = known.incarnation === undefined || behind;
  const { repaired, damaged, repairs } = await checkRows(known, read);
  const journal_damaged_bytes = read.damaged_bytes;
  // The sentinel is what knows better than two copies that are both poor, where it could be written and a journal stands beside it. It may
  // be one behind, so what it shows to be lost may be more, and a damaged journal may hide the last one.
  const poorer = (found_empty || behind) && (journal_damaged_bytes > 0 || isFarBehind(memory, highest));
  const certain = memory !== null && hidden === 0 && lost === 0 && read.frames > 0 && !known.marks.has(SENTINEL_FAILED) && !poorer;
  // While another worker lives, what seems to be missing may stand in the file that only it can read.
  // Damaged bytes are not copied: the next start would take them for the right ones.
  const spoilt = new Set(damaged);
  const copied = hidden > 0 ? 0 : [...known.entries.keys()].filter((place) => !read.entries.has(place) && !spoilt.has(place)).length;
  const report = planReport(tablet, known.marks, {
    found_empty, restored: missing.length, repaired, copied, lost, lost_streams: lossy.length, certain, journal_damaged_bytes,
  }, damaged);

  // First of all, so that a start that is cut off from here on cannot leave an old number to be used again.
  if (new_incarnation || known.database === undefined) {
    await storage.commit([
      { store: 'marks', key: 'database', put: { id: known.database ?? random.uuid4() } },
      { store: 'marks', key: 'incarnation', put: { id: new_incarnation ? random.uuid4() : known.incarnation } },
      // Said once: the next start must not tell of the same loss, nor take another incarnation for it.
      ...lossy.map(([stream, to]) => /** @type {Change} */ ({ store: 'marks', key: `lost:${stream}`, put: { to } })),
      ...report.changes,
    ]);
  } else await keepReport(storage, report.changes);
  const keys = [...read.marks].filter(([key, copy]) => isMissing(key, known.marks.get(key), copy));
  if (keys.length > 0) await storage.commit(keys.map(([key, put]) => ({ store: 'marks', key, put })));
  const redacted = new Set([...known.redacted, ...known.redacts, ...read.redacts]);
  await restore(storage, [...missing, ...repairs], redacted);
  await settleStreams(storage);
  const words = [...known.entries.values()].filter((row) => row.sealed !== null && redacted.has(row.operation));
  if (words.length > 0) await redactHere(tablet, words.map(({ operation }) => operation), 'start');
  await settleStandings(storage);
  const problem = await completeJournal(tablet, read, hidden, redacted, spoilt);
  if (hidden === 0) {
    const unused = await unusedCarryKeys(storage);
    if (unused.length > 0) await storage.commit(unused);
  }
  await tablet.sentinelNotes.note([...highest].map(([stream, sequence]) => ({ stream, sequence })));
  // Known in memory from now on, so that a form that is sent again while the database cannot be read gives no id away twice.
  for (const { value } of await storage.range('entries')) tablet.keptHere.set(value.operation, value);
  if (report.row !== null) await closeReport(storage, report.row, { journalFailed: problem !== null });
  return {
    first_start, found_empty, behind, new_incarnation, restored: missing.length, repaired, damaged: damaged.length, lost, certain,
    missing_before: somethingWasMissing([...known.marks.keys(), ...read.marks.keys()]), copied, journal_damaged_bytes, journals_hidden: hidden, problem,
  };
}

/**
 * A journal that cannot be read must not keep anybody from writing; it is then as if it were in another worker's hands.
 * @param {import('./ports.js').Journal} journal
 */
async function whatCanBeRead(journal) {
  try {
    return await journal.readAll();
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
    return { files: [], hidden: 1 };
  }
}

/** @param {import('./ports.js').Bytes[]} files */
async function readJournal(files) {
  /** @type {Map<string, JournalEntry>} */
  const entries = new Map();
  /** @type {Map<string, unknown>} */
  const marks = new Map();
  /** Every mark as often as it stands there. @type {import('./kept_keys.js').Mark[]} */
  const copies = [];
  /** @type {Map<string, number>} */
  const purged = new Map();
  /** @type {Set<string>} */
  const redacts = new Set();
  /** Operations whose words stand in some file, though another file may have them redacted already. @type {Set<string>} */
  const worded = new Set();
  let damaged_bytes = 0;
  let frames = 0;
  for (const file of files) {
    const found = readFrames(file);
    frames += found.frames.length;
    damaged_bytes += found.damaged_bytes;
    for (const { facts, sealed } of found.frames) {
      if (facts.kind === 'keys') {
        copies.push(...facts.marks);
        facts.marks.forEach(({ key, value }) => marks.set(key, laterMark(key, marks.get(key), value)));
      }
      if (facts.kind === 'purged') purged.set(facts.stream, Math.max(purged.get(facts.stream) ?? 0, facts.to));
      if (facts.kind !== 'entry') continue;
      const header = headerOf(facts.header);
      if (header === null) {
        damaged_bytes += facts.header.length;
        continue;
      }
      header.redacts?.forEach((operation) => redacts.add(operation));
      // A frame without its words is the journal's memory of a redaction; an older database put back may not know of it.
      if (facts.redacted) redacts.add(header.operation);
      else worded.add(header.operation);
      const stream = streamOf(header);
      const place = `${stream} ${header.sequence}`;
      const before = entries.get(place);
      if (before !== undefined && (before.sealed === null || !facts.redacted)) continue;
      entries.set(place, { place, stream, header, facts, sealed: facts.redacted ? null : sealed });
    }
  }
  return { entries, marks, copies, redacts, worded, frames, damaged_bytes, purgedTo: (/** @type {string} */ stream) => purged.get(stream) ?? 0 };
}

/** @param {string} text */
function headerOf(text) {
  try {
    return readHeader(toUtf8(text));
  } catch (problem) {
    if (problem instanceof Unreadable) return null;
    throw problem;
  }
}

/** @param {import('./ports.js').Storage} storage */
async function readDatabase(storage) {
  const marks = new Map((await storage.range('marks')).map(({ key, value }) => [/** @type {string} */ (key), value]));
  const rows = (await storage.range('entries')).map(({ value }) => /** @type {EntryRow} */ (value));
  const redacts = rows.flatMap(({ header }) => headerOf(header)?.redacts ?? []);
  return {
    marks, redacts,
    database: /** @type {string | undefined} */ (marks.get('database')?.id),
    incarnation: /** @type {string | undefined} */ (marks.get('incarnation')?.id),
    entries: new Map(rows.map((row) => [`${row.stream} ${row.sequence}`, row])),
    streams: await storage.range('streams'),
    carry: new Map((await storage.range('carry_keys')).map(({ key, value }) => [/** @type {string} */ (key), value])),
    redacted: (await storage.range('redacted')).map(({ key }) => /** @type {string} */ (key)),
    purgedTo: (/** @type {string} */ stream) => /** @type {number} */ (marks.get(`purged:${stream}`)?.to ?? 0),
    lostTo: (/** @type {string} */ stream) => /** @type {number} */ (marks.get(`lost:${stream}`)?.to ?? 0),
  };
}

/** @typedef {Awaited<ReturnType<typeof readDatabase>>} Known */
/** @typedef {Awaited<ReturnType<typeof readJournal>>} Read */

/** @param {Known} known @param {Read} read @param {import('./ports.js').SentinelFacts | null} memory */
function highestNumbers(known, read, memory) {
  /** @type {Map<string, number>} */
  const highest = new Map(Object.entries(memory?.highest ?? {}));
  const raise = (/** @type {string} */ stream, /** @type {number} */ to) => highest.set(stream, Math.max(highest.get(stream) ?? 0, to));
  known.streams.forEach(({ key, value }) => raise(key, value.highest));
  for (const { stream, header } of read.entries.values()) raise(stream, header.sequence);
  for (const { stream, sequence } of known.entries.values()) raise(stream, sequence);
  return highest;
}

/** Whether the sentinel missed more than the last note of a stream: it then could not be written, or did not come to it. @param {import('./ports.js').SentinelFacts | null} memory @param {Map<string, number>} highest */
const isFarBehind = (memory, highest) => [...highest].some(([stream, to]) => to > (memory?.highest[stream] ?? 0) + 1);

/**
 * Numbers of which neither copy holds anything, and that no earlier start has counted.
 * @param {Map<string, number>} highest @param {Known} known @param {Read} read @returns {{lost: number, streams: [string, number][]}} with the highest number of each stream that lost some
 */
function lostNumbers(highest, known, read) {
  let lost = 0;
  /** @type {[string, number][]} */
  const streams = [];
  for (const [stream, to] of highest) {
    const before = lost;
    const from = Math.max(known.purgedTo(stream), read.purgedTo(stream), known.lostTo(stream)) + 1;
    for (let sequence = from; sequence <= to; sequence += 1) {
      const place = `${stream} ${sequence}`;
      if (!known.entries.has(place) && !read.entries.has(place)) lost += 1;
    }
    if (lost > before) streams.push([stream, to]);
  }
  return { lost, streams };
}

/** Rows whose bytes are not those that were written, or whose carry key is gone; `damaged` are the places of those that stay so. @param {Known} known @param {Read} read */
async function checkRows(known, read) {
  /** @type {JournalEntry[]} */
  const repairs = [];
  /** @type {string[]} */
  const damaged = [];
  for (const [place, row] of known.entries) {
    const right = await headerHash(row.header) === row.header_hash
      && (row.sealed === null ? null : await sha256(row.sealed)) === row.sealed_hash;
    const carried = row.sealed === null || known.carry.has(row.carry);
    if (right && carried) continue;
    const copy = read.entries.get(place);
    if (copy === undefined || (copy.sealed === null && row.sealed !== null && !read.redacts.has(row.operation))) damaged.push(place);
    else repairs.push(copy);
  }
  return { repaired: repairs.length, damaged, repairs };
}

/** Every entry waits or is safe: one that is neither waits, and a standing without its entry goes. @param {import('./ports.js').Storage} storage */
async function settleStandings(storage) {
  const place = (/** @type {{key: any}} */ { key }) => `${key[0]} ${key[1]}`;
  const outbox = await storage.range('outbox');
  const stands = new Set([...outbox.map(place), ...(await storage.range('safe')).map(place)]);
  const entries = await storage.range('entries');
  const there = new Set(entries.map(place));
  /** @type {Change[]} */
  const changes = [
    ...entries.filter((row) => !stands.has(place(row)))
      .map(({ key, value }) => /** @type {Change} */ ({ store: 'outbox', key, put: outboxRow(value.operation, value.minted_at) })),
    ...outbox.filter((row) => !there.has(place(row))).map(({ key }) => /** @type {Change} */ ({ store: 'outbox', remove: key })),
  ];
  if (changes.length > 0) await storage.commit(changes);
}

/** @param {Tablet} tablet @param {Read} read @param {number} hidden @param {Set<string>} redacted @param {Set<string>} spoilt places whose bytes are wrong @returns {Promise<'second_copy_failed' | null>} */
async function completeJournal({ storage, secondCopy }, read, hidden, redacted, spoilt) {
  const kept = await keptKeys(storage);
  const marks = kept.filter(({ key, value }) => JSON.stringify(read.marks.get(key)) !== JSON.stringify(value));
  const frames = marks.length > 0 ? [keysFrame(marks)] : [];
  const rows = hidden > 0 ? [] : (await storage.range('entries')).map(({ value }) => /** @type {EntryRow} */ (value));
  for (const row of rows) {
    const place = `${row.stream} ${row.sequence}`;
    if (read.entries.has(place) || spoilt.has(place)) continue;
    const carry = await storage.read('carry_keys', row.carry) ?? null;
    frames.push(entryFrame({ row, carry }));
  }
  let problem = await secondCopy.write(frames);
  const toScrub = [...read.worded].filter((operation) => redacted.has(operation));
  if (toScrub.length > 0) problem = (await secondCopy.scrub(toScrub)) ?? problem;
  // A way of unlocking that was taken away while a file could not be reached, or just before the power went.
  for (const mark of kept) {
    const gone = read.copies.filter(({ key }) => key === mark.key).flatMap(({ value }) => outlivedWraps(mark, value));
    if (gone.length === 0) continue;
    const row = /** @type {import('./keys.js').PersonRow} */ (mark.value);
    problem = (await secondCopy.amendInTheEnd((frame) => withoutWraps(frame, mark.key, row, gone))) ?? problem;
  }
  return problem === null ? null : 'second_copy_failed';
}
