/**
 * Whose tablet this is: the row of each person who enrolled it, in the marks of the unsent database and in the journal.
 *
 * The carrying token lies here in the clear, because a locked tablet must be able to send. It opens no words.
 */
import { keysFrame } from '../../sync/tablet/kept_keys.js';

/**
 * @typedef {object} Enrolment
 * @property {1} schema @property {string} person @property {string} name @property {string} device
 * @property {string} carrying_token @property {string} reading_token sealed under the person's key of pulled data, Base64
 * @property {string} used_at when the person last enrolled or unlocked, by the tablet's clock
 */

/** @param {import('../../sync/tablet/tablet.js').Tablet} tablet @param {Enrolment} enrolment */
export async function keepEnrolment(tablet, enrolment) {
  const [last] = await enrolments(tablet.storage);
  const now = tablet.clock.now();
  // Whoever came last is last, also when the tablet's clock was put back since (DUR-15).
  const used_at = last === undefined || last.used_at < now ? now : new Date(Date.parse(last.used_at) + 1).toISOString();
  const mark = { key: `enrolment:${enrolment.person}`, value: { ...enrolment, used_at } };
  await tablet.storage.commit([{ store: 'marks', key: mark.key, put: mark.value }]);
  await tablet.secondCopy.write([keysFrame([mark])]);
}

/** @param {import('../../sync/tablet/ports.js').Storage} storage @returns {Promise<Enrolment[]>} the last used first */
export async function enrolments(storage) {
  const rows = await storage.range('marks', { from: 'enrolment:', to: 'enrolment:\uFFFF' });
  return rows.map(({ value }) => value).sort((a, b) => (a.used_at < b.used_at ? 1 : -1));
}

/** @param {import('../../sync/tablet/ports.js').Storage} storage @returns {Promise<Enrolment | null>} */
export const lastEnrolled = async (storage) => (await enrolments(storage))[0] ?? null;
