/**
 * The keys that must outlive the database: the office's public ones, each person's pair, wrapped, and the enrolment with
 * which the tablet may send. With them goes the mark of a start that could not know what was missing.
 *
 * They stand in the marks of the unsent database and in the journal, so that a tablet whose database was wiped can still
 * seal new words and its owner can still read the restored ones. Nothing here opens anything without a passphrase or a passkey.
 */
import { laterRow } from './keys.js';
import { UNCERTAIN_TOLD } from './report.js';

/** @typedef {{key: string, value: unknown}} Mark */

/** @param {Mark[]} marks @returns {import('./journal.js').Frame} */
export const keysFrame = (marks) => ({ facts: { kind: 'keys', marks }, sealed: new Uint8Array(0) });

/** @param {import('./ports.js').Storage} storage @returns {Promise<Mark[]>} */
export async function keptKeys(storage) {
  const ingest = await storage.range('marks', { from: 'ingest:', to: 'ingest:\uFFFF' });
  const people = await storage.range('marks', { from: 'person:', to: 'person:\uFFFF' });
  const enrolments = await storage.range('marks', { from: 'enrolment:', to: 'enrolment:\uFFFF' });
  const doubt = await storage.range('marks', { from: UNCERTAIN_TOLD, to: UNCERTAIN_TOLD });
  return [...ingest, ...people, ...enrolments, ...doubt].map(({ key, value }) => ({ key, value }));
}

/**
 * Keep a person's row, new. Both copies are written; `'once'` when the journal failed.
 * @param {import('./tablet.js').Tablet} tablet @param {import('./keys.js').PersonRow} row @returns {Promise<'twice' | 'once'>}
 */
export async function keepPerson(tablet, row) {
  const mark = { key: `person:${row.person}`, value: row };
  await tablet.storage.commit([{ store: 'marks', key: mark.key, put: row }]);
  return (await tablet.secondCopy.write([keysFrame([mark])])) === null ? 'twice' : 'once';
}

/**
 * Keep a person's row with a way of unlocking added or taken away. `'moved'` when it was changed meanwhile, by another tab: nothing is then
 * written. A wrap that is no more goes from the second copy as well, now or as soon as its files can be written; the others stay there as they are. @param {import('./tablet.js').Tablet} tablet
 * @param {import('./keys.js').PersonRow} before @param {import('./keys.js').PersonRow} after @returns {Promise<'twice' | 'once' | 'moved'>}
 */
export async function changePerson(tablet, before, after) {
  const mark = { key: `person:${after.person}`, value: after };
  const check = [{ store: 'marks', key: mark.key, equals: { public: before.public, revision: before.revision } }];
  if (await tablet.storage.commit([{ store: 'marks', key: mark.key, put: after }], { check }) === 'moved') return 'moved';
  const written = await tablet.secondCopy.write([keysFrame([mark])]);
  const gone = before.wraps.filter((wrap) => !hasWrap(after, wrap));
  const amended = gone.length > 0 ? await tablet.secondCopy.amendInTheEnd((frame) => withoutWraps(frame, mark.key, after, gone)) : null;
  return written === null && amended === null ? 'twice' : 'once';
}

/** @param {import('./keys.js').PersonRow} row @param {import('./keys.js').KeyWrap} wrap */
const hasWrap = (row, wrap) => row.wraps.some(({ keys }) => keys === wrap.keys);

/** @param {string} key */
const isPerson = (key) => key.startsWith('person:');

/** Of two values of one mark in the journal the one that counts: of a person's row the later, of all else what was written last. @param {string} key @param {any} before @param {any} next */
export const laterMark = (key, before, next) => (isPerson(key) && before !== undefined ? laterRow(next, before) : next);

/** Whether the journal's value of a mark has to go into the database. @param {string} key @param {any} kept @param {any} copy */
export const isMissing = (key, kept, copy) => kept === undefined || (isPerson(key) && laterRow(kept, copy) === copy);

/**
 * The passkeys that an earlier copy of this row in the journal still holds and that were taken away since. Never a passphrase: one that differs
 * may be the good one of a row whose bytes the disk changed. @param {Mark} mark @param {any} copy @returns {import('./keys.js').KeyWrap[]}
 */
export function outlivedWraps({ key, value }, copy) {
  const row = /** @type {import('./keys.js').PersonRow} */ (value);
  if (!isPerson(key) || laterRow(copy, row) !== row) return [];
  return copy.wraps.filter((/** @type {import('./keys.js').KeyWrap} */ wrap) => wrap.way === 'passkey' && !hasWrap(row, wrap));
}

/**
 * A frame whose earlier copies of this row are without the wraps that are gone; the row's own of the same way stands in their place, if it has
 * one. Every other wrap stays as it stands in the journal: it may be the last good one. Twice is as once.
 * @param {import('./journal.js').Frame} frame @param {string} key @param {import('./keys.js').PersonRow} row @param {import('./keys.js').KeyWrap[]} gone
 * @returns {import('./journal.js').Frame}
 */
export function withoutWraps(frame, key, row, gone) {
  if (frame.facts.kind !== 'keys') return frame;
  const marks = frame.facts.marks.map((mark) => (mark.key === key ? { key, value: withoutGone(/** @type {import('./keys.js').PersonRow} */ (mark.value), row, gone) } : mark));
  return { ...frame, facts: { kind: 'keys', marks } };
}

/** @param {import('./keys.js').PersonRow} copy @param {import('./keys.js').PersonRow} row @param {import('./keys.js').KeyWrap[]} gone @returns {import('./keys.js').PersonRow} */
function withoutGone(copy, row, gone) {
  const isGone = (/** @type {import('./keys.js').KeyWrap} */ wrap) => gone.some(({ keys }) => keys === wrap.keys);
  if (laterRow(copy, row) !== row || !copy.wraps.some(isGone)) return copy;
  const wraps = copy.wraps.flatMap((wrap) => (isGone(wrap) ? row.wraps.filter(({ way }) => way === wrap.way) : [wrap]));
  return { ...copy, revision: row.revision, wraps };
}

/**
 * Before a person takes new keys on a tablet where they had some: the old row is kept under another name. It opens drafts that were never
 * sent, should the old passphrase be remembered. Nothing when there was none.
 * @param {import('./tablet.js').Tablet} tablet @param {string} person
 */
export async function setAside(tablet, person) {
  const row = await personRow(tablet.storage, person);
  if (row === undefined) return;
  const mark = { key: `person:${person}:until:${tablet.clock.now()}`, value: row };
  await tablet.storage.commit([{ store: 'marks', key: mark.key, put: row }]);
  await tablet.secondCopy.write([keysFrame([mark])]);
}

/** @param {import('./ports.js').Storage} storage @param {string} person @returns {Promise<import('./keys.js').PersonRow | undefined>} */
export const personRow = (storage, person) => storage.read('marks', `person:${person}`);
