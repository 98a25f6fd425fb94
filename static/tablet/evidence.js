/**
 * One evidence record on the tablet: as it is read, and the place where words are written while a person speaks.
 *
 * Reading writes nothing. Opening the place to write notes, in the clear and without words, where it is, so that a locked tablet can go
 * on taking words in (design 3).
 */
import { capturePage } from './pages/capture.js';
import { recordPage } from './pages/evidence.js';
import { isWithheld } from './pages/visits.js';
import { uuid7 } from './identifiers.js';
import { standing } from './keeping.js';
import { problemPage } from './problems.js';
import { found, ordered, said, scopeOf, told, under, wroteIn } from './reading.js';
import { restrictionsOf } from './restrictions.js';
import { namesOf } from './screening.js';
import { standings, unlocked } from './standing.js';
import { openPlace } from '../../sync/tablet/locked.js';

/** @type {import('./router.js').Handler} */
export async function show(application, { params }) {
  await application.writings.closeAll();
  const gathered = gather(application, params.evidence);
  if (gathered === null) return problemPage(application, 404);
  await leave(application);
  const standingOf = await standings(application);
  const copy_href = wroteIn(gathered.replica, [gathered.evidence, ...gathered.blocks], unlocked(application).person) ? `/tablet/evidence/${params.evidence}/readable-copy` : '';
  return {
    template: 'evidence/on_tablet.html',
    page: { ...recordPage({ ...gathered, state: standingOf(params.evidence) }), names: namesOf(gathered.replica, params.evidence), copy_href },
  };
}

/** @type {import('./router.js').Handler} */
export async function write(application, { params }) {
  await application.writings.closeAll();
  const gathered = gather(application, params.evidence);
  if (gathered === null) return problemPage(application, 404);
  const { replica, person } = unlocked(application);
  const scope = scopeOf(replica, params.evidence);
  const before = application.placeHere ?? await openPlace(application.tablet);
  const here = before?.record === params.evidence;
  const kind = here ? kindOf(before) : 'verbatim';
  const page = capturePage({ ...gathered, scope, kind, speaker: here ? speakerOf(before) : '', block: uuid7(), now: new Date() });
  const speaker_role = page.writer.speakers.find(({ chosen }) => chosen)?.value ?? null;
  const place = /** @type {any} */ ({ person, scope, lane: 'evidence', record_type: 'evidence', record: params.evidence, kind, speaker_role });
  await application.openAt(place);
  return { template: 'evidence/capture.html', page: { ...page, standing: await standing(application) } };
}

/** The interview is over for now: a locked tablet shows no box for it any more. @type {import('./router.js').Handler} */
export async function finish(application, { params }) {
  await application.writings.closeAll();
  await leave(application);
  return { seeOther: `/tablet/evidence/${params.evidence}` };
}

/** @param {any} place @returns {string} */
export const kindOf = (place) => (typeof place?.kind === 'string' ? place.kind : 'verbatim');

/** @param {any} place @returns {string} */
export const speakerOf = (place) => (typeof place?.speaker_role === 'string' ? place.speaker_role : '');

/** @param {import('./application.js').Application} application */
async function leave(application) {
  if (application.placeHere !== undefined || await openPlace(application.tablet) !== undefined) await application.openAt(null);
}

/** A record and everything read with it; null when it is not here, or not to be shown. @param {import('./application.js').Application} application @param {string} id */
export function gather(application, id) {
  const { replica } = unlocked(application);
  const evidence = found(replica, 'evidence', id);
  if (evidence === null || isWithheld(evidence)) return null;
  const scope = scopeOf(replica, id);
  const activity = replica.find(said(evidence, 'activity'));
  const child = said(activity, 'tracked_child');
  return {
    replica, evidence, activity,
    visit: found(replica, 'visit', scope.replace('visit:', '')),
    types: ordered(replica, 'activity_type'),
    blocks: under(replica, 'block', 'evidence', id),
    codings: under(replica, 'coding', 'evidence', id),
    roles: labels(replica, 'participant_role', 'ref'),
    codes: labels(replica, 'code', 'ref'),
    groups: labels(replica, 'group', 'code'),
    consent: restrictionsOf(replica, { scope, participants: child === '' ? [] : [child], activity: said(evidence, 'activity') }),
    files: under(replica, 'file', 'evidence', id),
    subquestions: replica.list('subquestion').sort((a, b) => byNumber(said(a, 'number'), said(b, 'number'))),
    people: ordered(replica, 'participant_role').map((role) => ({ ref: said(role, 'ref'), label: said(role, 'label'), audience: said(role, 'audience') })),
    present: told(activity, 'present'),
  };
}

/** @param {import('./reading.js').Replica} replica @param {string} recordType @param {string} key @returns {Map<string, string>} */
export const labels = (replica, recordType, key) => new Map(replica.list(recordType).map((state) => [said(state, key), said(state, 'label')]));

/** "2.10" after "2.9". @param {string} a @param {string} b */
export const byNumber = (a, b) => a.localeCompare(b, 'en', { numeric: true });
