/**
 * The keys that must outlive the database: the office's public ones, each person's pair, wrapped, and the enrolment with
 * which the tablet may send.
 *
 * They stand in the marks of the unsent database and in the journal, so that a tablet whose database was wiped can still
 * seal new words and its owner can still read the restored ones. Nothing here opens anything without a passphrase.
 */

/** @typedef {{key: string, value: unknown}} Mark */

/** @param {Mark[]} marks @returns {import('./journal.js').Frame} */
export const keysFrame = (marks) => ({ facts: { kind: 'keys', marks }, sealed: new Uint8Array(0) });

/** @param {import('./ports.js').Storage} storage @returns {Promise<Mark[]>} */
export async function keptKeys(storage) {
  const ingest = await storage.range('marks', { from: 'ingest:', to: 'ingest:\uFFFF' });
  const people = await storage.range('marks', { from: 'person:', to: 'person:\uFFFF' });
  const enrolments = await storage.range('marks', { from: 'enrolment:', to: 'enrolment:\uFFFF' });
  return [...ingest, ...people, ...enrolments].map(({ key, value }) => ({ key, value }));
}

/**
 * Keep a person's row, new or with another way of unlocking. Both copies are written; `'once'` when the journal failed.
 * @param {import('./tablet.js').Tablet} tablet @param {import('./keys.js').PersonRow} row @returns {Promise<'twice' | 'once'>}
 */
export async function keepPerson(tablet, row) {
  const mark = { key: `person:${row.person}`, value: row };
  await tablet.storage.commit([{ store: 'marks', key: mark.key, put: row }]);
  return (await tablet.secondCopy.write([keysFrame([mark])])) === null ? 'twice' : 'once';
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
