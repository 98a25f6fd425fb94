/**
 * Starting: one short form makes an activity and its evidence record, and opens the place to write.
 *
 * The ids are drawn when the form opens and travel in it, so that sending it twice makes one record. Both operations are one commit.
 */
import { draftPage } from './pages/activities.js';
import { uuid7 } from './identifiers.js';
import { ordered, said } from './reading.js';
import { mustMove, refused } from './keeping.js';
import { NotSaved } from './not_saved.js';
import { problemPage } from './problems.js';
import { restrictionsOf } from './restrictions.js';
import { unlocked } from './standing.js';
import { stateOfSaving } from './states.js';
import { assigned } from './visits.js';
import { save } from '../../sync/tablet/save.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const IDS = ['activity', 'evidence', 'activity_operation', 'evidence_operation'];
const FIELDS = ['type', 'source_role', 'tracked_child', 'mode', 'place_kind', 'date', 'start', 'recorded_when'];

/** @type {import('./router.js').Handler} */
export async function draft(application, { params }) {
  const visit = visitOf(application, params.visit);
  if (visit === null) return problemPage(application, 404);
  if (mayNotBegin(application, visit.record)) return sentElsewhere(application, visit.record);
  const now = new Date();
  const ids = Object.fromEntries(IDS.map((name) => [name, uuid7()]));
  return { template: 'activities/draft.html', page: draftPage({ ...offered(application, visit), ids, values: null, now, problems: {} }) };
}

/** @type {import('./router.js').Handler} */
export async function create(application, { params, form }) {
  const visit = visitOf(application, params.visit);
  if (visit === null) return problemPage(application, 404);
  if (mayNotBegin(application, visit.record)) return sentElsewhere(application, visit.record);
  const values = Object.fromEntries(FIELDS.map((name) => [name, String(form.get(name) ?? '').trim()]));
  const ids = Object.fromEntries(IDS.map((name) => [name, idFrom(form.get(name))]));
  const offers = offered(application, visit);
  const problems = problemsOf(values, offers.types);
  const again = (/** @type {Record<string, string>} */ found) =>
    ({ status: 422, template: 'activities/draft.html', page: draftPage({ ...offers, ids, values, now: new Date(), problems: found }) });
  if (Object.keys(problems).length > 0) return again(problems);
  const to = { seeOther: `/tablet/evidence/${ids.evidence}/write` };
  const session = unlocked(application);
  return application.once(ids.evidence, async () => {
    if (session.replica.find(ids.evidence) !== null) return to;
    const saved = await save(application.tablet, intentions(session.person, visit.record, ids, values));
    if (saved.saved === 'no') throw new NotSaved(stateOfSaving(saved));
    await session.seeOwn(saved.operations);
    application.flusher.wake();
    await application.tellStates();
    return to;
  });
}

/** @param {FormDataEntryValue | null} value a broken id is replaced, never trusted */
const idFrom = (value) => (typeof value === 'string' && UUID.test(value) ? value : uuid7());

/** @param {import('./application.js').Application} application @param {string} id */
function visitOf(application, id) {
  const { replica, person } = unlocked(application);
  return assigned(replica, person).find(({ record }) => record === id) ?? null;
}

/** A visit in which this person has written nothing yet is not begun where WebKit would delete it; one that was begun is finished (DUR-12). @param {import('./application.js').Application} application @param {string} visit */
function mayNotBegin(application, visit) {
  if (!mustMove(application.window)) return false;
  const { replica, person } = unlocked(application);
  return !replica.list('evidence').some(({ record }) => {
    const { header } = replica.history(record)[0];
    return header.scope === `visit:${visit}` && header.person === person;
  });
}

/** @param {import('./application.js').Application} application @param {string} visit */
const sentElsewhere = (application, visit) => refused(application, 'not_installed', { href: `/tablet/visits/${visit}`, words: 'Back to the visit' });

/** @param {import('./application.js').Application} application @param {import('./reading.js').RecordState} visit */
function offered(application, visit) {
  const { replica } = unlocked(application);
  const inVisit = (/** @type {import('./reading.js').RecordState} */ state) => replica.history(state.record)[0].header.scope === `visit:${visit.record}`;
  const children = replica.list('tracked_child').filter(inVisit).map((child) => said(child, 'pseudonym')).sort();
  return {
    visit,
    types: ordered(replica, 'activity_type').map((type) => ({ ref: said(type, 'ref'), label: said(type, 'label'), description: said(type, 'description') })),
    children: children.map((pseudonym) => ({ pseudonym, restrictions: restrictionsOf(replica, { scope: `visit:${visit.record}`, participants: [pseudonym], activity: null }) })),
  };
}

/** @param {Record<string, string>} values @param {{ref: string}[]} types @returns {Record<string, string>} */
function problemsOf(values, types) {
  /** @type {Record<string, string>} */
  const problems = {};
  if (!types.some(({ ref }) => ref === values.type)) problems.type = 'Choose what kind of activity this is';
  if (values.source_role === '') problems.source_role = 'Choose whose account this is';
  if (!isDate(values.date)) problems.date = 'Enter the date, such as 2025-02-11';
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(values.start)) problems.start = 'Enter the time it began, such as 10:05';
  return problems;
}

/** @param {string} date */
const isDate = (date) => /^\d{4}-\d{2}-\d{2}$/.test(date) && new Date(`${date}T00:00:00Z`).toJSON()?.slice(0, 10) === date;

/** @param {string} person @param {string} visit @param {Record<string, string>} ids @param {Record<string, string>} values @returns {import('../../sync/tablet/mint.js').Intention[]} */
function intentions(person, visit, ids, values) {
  const common = { person, scope: `visit:${visit}`, lane: /** @type {const} */ ('evidence'), kind: /** @type {const} */ ('create'), base: [] };
  const child = values.tracked_child === '' ? {} : { tracked_child: values.tracked_child };
  return [
    {
      ...common, operation: ids.activity_operation, record: ids.activity, record_type: 'activity',
      fields: { type: values.type, date: values.date, start: values.start, mode: values.mode, place_kind: values.place_kind, ...child },
    },
    {
      ...common, operation: ids.evidence_operation, record: ids.evidence, record_type: 'evidence',
      fields: {
        activity: ids.activity, type: values.type, source_role: values.source_role, language: 'en',
        recorded_when: values.recorded_when || 'at_the_time', origin: 'typed', status: 'draft',
      },
    },
  ];
}

