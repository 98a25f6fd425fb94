/**
 * The visits of the person at the tablet, and one visit: what was recorded by day, who is followed, whom to call.
 *
 * Everything here is read from the folded visit in memory, so it works without a connection. Nothing is written.
 */
import { conflictsOf } from './conflicts_of.js';
import { standing } from './keeping.js';
import { found, ordered, said, told, under } from './reading.js';
import { standings, unlocked } from './standing.js';
import { visitPage, visitsPage } from './pages/visits.js';
import { problemPage } from './problems.js';
import { streamParts } from '../../sync/tablet/header.js';

/** @type {import('./router.js').Handler} */
export async function browse(application) {
  const session = unlocked(application);
  const { replica } = session;
  const here = await onlyHereByScope(application);
  const visits = [];
  for (const visit of assigned(replica, session.person)) {
    const scope = `visit:${visit.record}`;
    visits.push({ visit, fetched: await isFetched(session, scope), here: here.get(scope) ?? 0, review: reviewOf(replica) });
  }
  const fetched = (await session.pulled.count('cursors')) > 0;
  return { template: 'visits/assigned.html', page: { ...visitsPage(visits, session.name, fetched), standing: await standing(application) } };
}

/** @type {import('./router.js').Handler} */
export async function show(application, { params }) {
  const session = unlocked(application);
  const { replica } = session;
  const visit = assigned(replica, session.person).find(({ record }) => record === params.visit);
  if (visit === undefined) return problemPage(application, 404);
  const scope = `visit:${visit.record}`;
  const inVisit = (/** @type {import('./reading.js').RecordState} */ state) => replica.history(state.record)[0].header.scope === scope;
  const evidence = replica.list('evidence').filter(inVisit);
  return {
    template: 'visits/on_tablet.html',
    page: visitPage({
      visit,
      team: under(replica, 'assignment', 'visit', visit.record).map((one) => said(one, 'name')),
      fetched: await isFetched(session, scope),
      evidence: evidence.map((state) => ({ state, activity: replica.find(said(state, 'activity')) })),
      standingOf: await standings(application),
      conflicts: conflictsOf(replica, scope).length,
      types: ordered(replica, 'activity_type'),
      children: replica.list('tracked_child').filter(inVisit),
      groups: replica.list('group'),
      episodes: ordered(replica, 'episode').filter(inVisit),
      contacts: replica.list('safeguarding_contact').filter(inVisit),
      routes: ordered(replica, 'safeguarding_route'),
    }),
  };
}

/** The visits in which this person has a part now. @param {import('./reading.js').Replica} replica @param {string} person */
export function assigned(replica, person) {
  const mine = replica.list('assignment').filter((state) => told(state, 'person') === person && told(state, 'ended_at') === null);
  const visits = [...new Set(mine.map((state) => said(state, 'visit')))].map((visit) => found(replica, 'visit', visit));
  return visits.filter((visit) => visit !== null).sort((a, b) => (said(a, 'letter') < said(b, 'letter') ? -1 : 1));
}

/** @param {import('./reading.js').Replica} replica */
const reviewOf = (replica) => said(replica.list('review')[0] ?? null, 'title');

/** @param {import('./session.js').Session} session @param {string} scope */
const isFetched = async (session, scope) => (await session.pulled.read('cursors', [scope, 'evidence'])) !== undefined;

/** How many changes wait, by scope; everybody's, because the tablet carries them all. @param {import('./application.js').Application} application */
async function onlyHereByScope(application) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { key, value } of await application.tablet.storage.range('outbox')) {
    if (value.at_office) continue;
    const { scope } = streamParts(key[0]);
    counts.set(scope, (counts.get(scope) ?? 0) + 1);
  }
  return counts;
}
