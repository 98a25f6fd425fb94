/**
 * The end of a visit: is everything at the office? Two counts, one from each side, and what to do when they differ (DUR-27).
 *
 * The office is asked each time the page is opened, and when it was asked is said. Without an answer there is one count, and the page
 * says that the office was not asked.
 */
import { twoCountsPage } from './pages/two_counts.js';
import { problemPage } from './problems.js';
import { unlocked } from './standing.js';
import { assigned } from './visits.js';
import { askOffice, compareCounts, countHere } from '../../sync/tablet/two_counts.js';

const LONGEST_ASKED_MS = 15_000;

/** @type {import('./router.js').Handler} */
export async function show(application, { params }) {
  const visit = visitOf(application, params.visit);
  if (visit === null) return problemPage(application, 404);
  await application.writings.closeAll();
  const { tablet } = application;
  const scope = `visit:${visit.record}`;
  const { streams } = await countHere(tablet, scope);
  const asked = await inTime(application, askOffice(tablet, streams.map(({ stream }) => stream)));
  const here = await countHere(tablet, scope);
  const answered = asked.problem === null ? { asked_at: asked.asked_at, counts: await compareCounts(tablet, here, asked.streams) } : null;
  return { template: 'two_counts/show.html', page: twoCountsPage({ visit, here, answered, problem: asked.problem, online: application.online }) };
}

/** @type {import('./router.js').Handler} */
export async function send(application, { params }) {
  await application.flusher.now();
  return { seeOther: `/tablet/visits/${encodeURIComponent(params.visit)}/counts` };
}

/** @param {import('./application.js').Application} application @param {string} id */
function visitOf(application, id) {
  const { replica, person } = unlocked(application);
  return assigned(replica, person).find(({ record }) => record === id) ?? null;
}

/** @template T @param {import('./application.js').Application} application @param {Promise<T>} asking @returns {Promise<T | {problem: string}>} */
async function inTime({ flusher: { turns } }, asking) {
  let callOff = () => {};
  const enough = new Promise((resolve) => { callOff = turns.later(LONGEST_ASKED_MS, () => resolve({ problem: 'late' })); });
  try {
    return await Promise.race([asking, /** @type {Promise<{problem: string}>} */ (enough)]);
  } finally {
    callOff();
  }
}
