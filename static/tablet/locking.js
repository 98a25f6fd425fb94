/**
 * After how many minutes without use this tablet locks: a setting of the tablet, which whoever is unlocked may change within limits.
 *
 * Two to fifteen minutes, five unless somebody chose; fifteen while a place to write is open, because people stop to think (design 3).
 */
import { lockingPage } from './pages/locking.js';
import { openPlace } from '../../sync/tablet/locked.js';
import { StorageProblem } from '../../sync/tablet/ports.js';

export const LEAST_MINUTES = 2;
export const MOST_MINUTES = 15;
export const USUAL_MINUTES = 5;
const MARK = 'locking';

/** What was chosen; five where nothing was, or where it cannot be read. @param {import('../../sync/tablet/ports.js').Storage} storage @returns {Promise<number>} */
export async function chosenMinutes(storage) {
  try {
    return within((await storage.read('marks', MARK))?.after_minutes);
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
    return USUAL_MINUTES;
  }
}

/** The limit as it is now, for this person. @param {import('../../sync/tablet/tablet.js').Tablet} tablet @param {string} person @returns {Promise<number>} */
export async function limitMinutes(tablet, person) {
  const chosen = await chosenMinutes(tablet.storage);
  return await isWriting(tablet, person) ? MOST_MINUTES : chosen;
}

/** @param {import('../../sync/tablet/tablet.js').Tablet} tablet @param {string} person */
async function isWriting(tablet, person) {
  try {
    return (await openPlace(tablet))?.person === person;
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
    return false;
  }
}

/** @param {unknown} minutes @returns {number} */
const within = (minutes) => (typeof minutes === 'number' && Number.isSafeInteger(minutes) ? Math.min(MOST_MINUTES, Math.max(LEAST_MINUTES, minutes)) : USUAL_MINUTES);

/** @type {import('./router.js').Handler} */
export async function show(application) {
  return { template: 'locking/show.html', page: lockingPage(await chosenMinutes(application.tablet.storage), '') };
}

/** @type {import('./router.js').Handler} */
export async function update(application, { form }) {
  const { storage } = application.tablet;
  const asked = String(form.get('minutes') ?? '');
  if (!/^\d{1,2}$/.test(asked) || within(Number(asked)) !== Number(asked)) {
    const error = `Choose from ${LEAST_MINUTES} to ${MOST_MINUTES} minutes`;
    return { status: 422, template: 'locking/show.html', page: lockingPage(await chosenMinutes(storage), error) };
  }
  await storage.commit([{ store: 'marks', key: MARK, put: { schema: 1, after_minutes: Number(asked) } }]);
  return { seeOther: '/tablet/only-here' };
}
