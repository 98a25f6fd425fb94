/**
 * Tells the office, as counts, what a start found wrong with the two copies: a tablet that loses notes must not be the only one to know.
 *
 * It stands beside the life of a note, after step 5. A report is one row of the marks, written in the same commit as what keeps the same loss
 * from being told twice, and removed when the office has named it. It holds no word, no name and no id of a record. Whatever goes wrong with
 * a report keeps nobody from writing. Source: PROTOCOL.md 4.8 and 7.
 */
import { toUtf8 } from './bytes.js';
import { StorageProblem } from './ports.js';
import { tellOffice } from './telling.js';

/** @typedef {import('./ports.js').Change} Change */
/** @typedef {import('./ports.js').Storage} Storage */
/**
 * @typedef {object} Found  what PROTOCOL.md 4.8 says of a start
 * @property {boolean} found_empty @property {number} restored @property {number} repaired @property {number} copied
 * @property {number} lost @property {number} lost_streams @property {number} damaged @property {boolean} certain
 * @property {number} journal_damaged_bytes @property {number} drafts_unopened
 */
/**
 * `marks`, key `report:<id>`. `open` while the start that writes it has not ended: it is not sent yet, and a start that follows one that
 * was cut off goes on with it.
 * @typedef {{schema: 1, report: string, found_at: string, open: boolean, found: Found}} ReportRow
 */
/**
 * @typedef {object} ReportResult
 * @property {boolean} asked whether anything was sent
 * @property {number} taken
 * @property {number} left
 * @property {string | null} problem
 * @property {string | null} retryAfter
 * @property {boolean} epochChanged
 */

const REPORTS = { from: 'report:', to: 'report:\uFFFF' };
const DAMAGED_TOLD = 'damaged_told';
/** Stands in the journal as well (kept_keys.js): a database that goes next must not take the doubt with it. */
export const UNCERTAIN_TOLD = 'uncertain_told';
const ABOUT_THIS_ONE = ['status_400', 'status_413', 'status_422'];

/** @param {Storage} storage @returns {Promise<ReportRow[]>} those that may be sent, as they were found */
export async function waitingReports(storage) {
  const rows = (await storage.range('marks', REPORTS)).map(({ value }) => /** @type {ReportRow} */ (value));
  return rows.filter(({ open }) => !open).sort((a, b) => (a.found_at < b.found_at ? -1 : Number(a.found_at > b.found_at)));
}

/**
 * The report of a start, and the changes that keep it, to be committed with what the start commits first.
 * @param {{clock: import('./ports.js').Clock, random: import('./ports.js').Random}} ports
 * @param {Map<string, any>} marks as they were read @param {Omit<Found, 'damaged' | 'drafts_unopened'>} found
 * @param {string[]} damaged the places of entries that could not be mended, told before or not
 * @returns {{row: ReportRow | null, changes: Change[]}}
 */
export function planReport({ clock, random }, marks, found, damaged) {
  const told = new Set(marks.get(DAMAGED_TOLD)?.places ?? []);
  const now = { ...found, damaged: damaged.filter((place) => !told.has(place)).length, drafts_unopened: 0 };
  const earlier = [...marks].find(([key, value]) => key.startsWith('report:') && value.open)?.[1];
  if (earlier === undefined && !worthTelling(now)) return { row: null, changes: [] };
  /** @type {ReportRow} */
  const row = {
    schema: 1, report: earlier?.report ?? random.uuid4(), found_at: earlier?.found_at ?? clock.now(), open: true,
    found: earlier === undefined ? now : together(earlier.found, now),
  };
  /** @type {Change[]} */
  const changes = [{ store: 'marks', key: `report:${row.report}`, put: row }];
  if (damaged.length > 0) changes.push({ store: 'marks', key: DAMAGED_TOLD, put: { places: damaged } });
  if (!row.found.certain && !marks.has(UNCERTAIN_TOLD)) changes.push({ store: 'marks', key: UNCERTAIN_TOLD, put: { at: row.found_at } });
  return { row, changes };
}

/** Whether an earlier start told of a loss, or could not rule one out: no later start may then call everything there. @param {string[]} marks their keys */
export const somethingWasMissing = (marks) => marks.some((key) => key === UNCERTAIN_TOLD || key === DAMAGED_TOLD || key.startsWith('lost:'));

/** What a start that was cut off had found, and what is found now: what is counted once is added, what is found again is not. @param {Found} before @param {Found} now @returns {Found} */
const together = (before, now) => ({
  ...now,
  found_empty: before.found_empty || now.found_empty, certain: before.certain && now.certain,
  restored: Math.max(before.restored, now.restored), repaired: Math.max(before.repaired, now.repaired), copied: Math.max(before.copied, now.copied),
  lost: before.lost + now.lost, lost_streams: Math.max(before.lost_streams, now.lost_streams), damaged: before.damaged + now.damaged,
  journal_damaged_bytes: Math.max(before.journal_damaged_bytes, now.journal_damaged_bytes),
});

/** @param {Found} found */
const worthTelling = ({ found_empty, restored, repaired, copied, lost, damaged }) => found_empty || restored + repaired + copied + lost + damaged > 0;

/** Where a start has nothing else to commit first. @param {Storage} storage @param {Change[]} changes @returns {Promise<void>} */
export async function keepReport(storage, changes) {
  if (changes.length > 0) await unlessFailing(() => storage.commit(changes));
}

/**
 * The start has ended: its report may go. Without the journal nothing was copied, and it does not say so.
 * @param {Storage} storage @param {ReportRow} row @param {{journalFailed: boolean}} end @returns {Promise<void>}
 */
export async function closeReport(storage, row, { journalFailed }) {
  const key = `report:${row.report}`;
  const found = journalFailed ? { ...row.found, copied: 0 } : row.found;
  /** @type {Change} */
  const change = worthTelling(found) ? { store: 'marks', key, put: { ...row, open: false, found } } : { store: 'marks', remove: key };
  // Where another tab has closed and sent it meanwhile, it must not come back.
  await unlessFailing(() => storage.commit([change], { check: [{ store: 'marks', key, equals: { open: true } }] }));
}

/**
 * Somebody unlocked, and drafts of theirs did not open. Told once: again only when there are more.
 * @param {import('./tablet.js').Tablet} tablet @param {string} person @param {number} drafts_unopened
 * @returns {Promise<boolean>} whether there is something to send
 */
export async function reportDrafts({ storage, clock, random }, person, drafts_unopened) {
  const key = `drafts_told:${person}`;
  const told = (await unlessFailing(() => storage.read('marks', key)))?.count ?? 0;
  if (told === drafts_unopened) return false;
  /** @type {Change[]} */
  const changes = [{ store: 'marks', key, put: { count: drafts_unopened } }];
  if (drafts_unopened > told) {
    const report = random.uuid4();
    const found = { ...NOTHING_FOUND, drafts_unopened };
    changes.push({ store: 'marks', key: `report:${report}`, put: { schema: 1, report, found_at: clock.now(), open: false, found } });
  }
  return await unlessFailing(() => storage.commit(changes)) === 'committed' && drafts_unopened > told;
}

/** @type {Omit<Found, 'drafts_unopened'>} */
const NOTHING_FOUND = Object.freeze({
  found_empty: false, restored: 0, repaired: 0, copied: 0, lost: 0, lost_streams: 0, damaged: 0, certain: true, journal_damaged_bytes: 0,
});

/** A report that cannot be kept is told by the screen all the same, and holds up nothing. @template T @param {() => Promise<T>} work @returns {Promise<T | undefined>} */
async function unlessFailing(work) {
  try {
    return await work();
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
    return undefined;
  }
}

/**
 * Send what waits, the oldest first. One that the office cannot read waits and holds up none.
 * @param {import('./tablet.js').Tablet} tablet @param {() => Promise<boolean | null>} [persisted] what the browser promises now
 * @returns {Promise<ReportResult>}
 */
export async function reportStep(tablet, persisted = async () => null) {
  const { storage } = tablet;
  const waiting = await waitingReports(storage);
  /** @type {ReportResult} */
  const result = { asked: waiting.length > 0, taken: 0, left: waiting.length, problem: null, retryAfter: null, epochChanged: false };
  for (const row of waiting) {
    const body = writeReport(row, await persisted());
    const isAbout = (/** @type {any} */ { report }) => report === row.report;
    const { problem, retryAfter, epochChanged } = await tellOffice(tablet, '/sync/report', body, { format: 'fieldwork-reported/1', isAbout });
    result.epochChanged ||= epochChanged;
    if (problem === null) {
      await storage.commit([{ store: 'marks', remove: `report:${row.report}` }]);
      Object.assign(result, { taken: result.taken + 1, left: result.left - 1 });
      continue;
    }
    Object.assign(result, { problem, retryAfter });
    if (!ABOUT_THIS_ONE.includes(problem)) break;
  }
  return result;
}

/** A report as sent. @param {Pick<ReportRow, 'report' | 'found_at' | 'found'>} row @param {boolean | null} persisted @returns {import('./ports.js').Bytes} */
export function writeReport({ report, found_at, found }, persisted) {
  const { found_empty, restored, repaired, copied, lost, lost_streams, damaged, certain, journal_damaged_bytes, drafts_unopened } = found;
  return toUtf8(JSON.stringify({
    format: 'fieldwork-report/1', report, found_at, found_empty, restored, repaired, copied, lost, lost_streams, damaged, certain,
    journal_damaged_bytes, drafts_unopened, persisted,
  }));
}
