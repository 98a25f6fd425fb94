/**
 * Versions that stand beside each other, and a person's decision between them, without a connection (rule R5).
 *
 * A decision is a revision that names every version it was made from: nothing is removed, and a version that comes meanwhile stays beside
 * it. Keeping them all is the default and writes nothing. New words are written on the page of the block, which keeps them while they
 * are typed.
 */
import { conflictOf, conflictsOf, FREE_WORDS, NOT_DECIDED } from './conflicts_of.js';
import { labels } from './evidence.js';
import { uuid7 } from './identifiers.js';
import { conflictPage, conflictsPage, KEEP, OWN } from './pages/conflicts.js';
import { problemPage } from './problems.js';
import { ordered, scopeOf } from './reading.js';
import { unlocked } from './standing.js';
import { shown as shownWords } from './text.js';
import { assigned } from './visits.js';
import { streamParts } from '../../sync/tablet/header.js';

/** As many as a header can name; where more stand beside each other, the rest stay beside the decision (PROTOCOL.md 1.1). */
const MOST_BASE = 64;

/** What stands to be decided in a visit. @type {import('./router.js').Handler} */
export async function browse(application, { params }) {
  const { replica, person } = unlocked(application);
  const visit = assigned(replica, person).find(({ record }) => record === params.visit);
  if (visit === undefined) return problemPage(application, 404);
  const conflicts = conflictsOf(replica, `visit:${visit.record}`);
  return { template: 'conflicts/listed_on_tablet.html', page: conflictsPage({ replica, visit, conflicts, types: ordered(replica, 'activity_type') }) };
}

/** @type {import('./router.js').Handler} */
export async function show(application, { params }) {
  await application.writings.closeAll();
  return shown(application, params.record, { operation: uuid7(), given: new FormData(), faults: {} });
}

/** @type {import('./router.js').Handler} */
export async function update(application, { params, form }) {
  const { replica, person } = unlocked(application);
  const state = replica.find(params.record);
  if (state === null || state.withdrawn) return problemPage(application, 404);
  const operation = String(form.get('operation'));
  const { fields, faults } = chosen(replica, state, form);
  if (Object.keys(faults).length > 0) return shown(application, params.record, { operation, given: form, faults });
  const back = backTo(replica, state);
  await application.once(`decide ${operation}`, async () => {
    if (Object.keys(fields).length === 0) return;
    const base = String(form.get('base')).split(' ').filter((one) => replica.recordOf(one) === state.record).slice(0, MOST_BASE);
    // Sent twice, it is written once; another choice under the same id is refused, and said.
    await application.write([{
      operation, person, scope: scopeOf(replica, state.record), lane: 'evidence', record_type: state.record_type, record: state.record,
      kind: 'revise', base, fields,
    }]);
  });
  return { seeOther: back };
}

/**
 * What was chosen, by field, from the versions themselves: no word of them passes through the form.
 * @param {import('./reading.js').Replica} replica @param {import('./reading.js').RecordState} state @param {FormData} form
 */
function chosen(replica, state, form) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  /** @type {Record<string, string>} */
  const faults = {};
  const known = new Map(replica.history(state.record).map((one) => [one.operation, one]));
  for (const [key, value] of form.entries()) {
    const name = key.slice('choice-'.length);
    if (!key.startsWith('choice-') || NOT_DECIDED.has(name)) continue;
    const own = String(form.get(`own-${name}`) ?? '').replaceAll('\r\n', '\n');
    if (value !== OWN && own.trim() !== '' && ![...known.values()].some((one) => one.fields !== null && Object.hasOwn(one.fields, name) && shownWords(String(one.fields[name])) === own)) {
      faults[key] = 'You wrote words of your own. Choose them, or leave the box as it was';
      continue;
    }
    if (value === KEEP) continue;
    if (value === OWN && FREE_WORDS.has(name)) {
      if (own.trim() === '') faults[`own-${name}`] = 'Write how it should read, or choose one of the versions';
      else fields[name] = own;
      continue;
    }
    const said = known.get(String(value))?.fields;
    if (said === undefined || said === null || !Object.hasOwn(said, name)) faults[key] = 'This version was removed meanwhile. Choose again';
    else fields[name] = said[name];
  }
  return { fields, faults };
}

/** @param {import('./reading.js').Replica} replica @param {import('./reading.js').RecordState} state */
function backTo(replica, state) {
  const inside = conflictOf(replica, state.record)?.evidence?.record ?? state.fields.get('evidence')?.[0]?.value;
  const evidence = state.record_type === 'evidence' ? state.record : inside;
  const visit = scopeOf(replica, state.record).replace('visit:', '');
  if (typeof evidence !== 'string') return `/tablet/visits/${visit}`;
  return `/tablet/evidence/${evidence}${state.record_type === 'block' ? `#block-${state.record}` : ''}`;
}

/** Under which incarnations this tablet has written, also what only its journal has. @param {import('./application.js').Application} application @returns {Promise<Set<string>>} */
export async function incarnationsHere({ tablet: { storage, overflow } }) {
  const aside = overflow.minted.map(({ row }) => row.stream);
  const streams = (await storage.range('streams')).map(({ key }) => key);
  return new Set([...aside, ...streams].map((stream) => streamParts(stream).incarnation));
}

/**
 * @param {import('./application.js').Application} application @param {string} record
 * @param {{operation: string, given: FormData, faults: Record<string, string>}} how
 */
async function shown(application, record, { operation, given, faults }) {
  const { replica } = unlocked(application);
  const state = replica.find(record);
  const conflict = conflictOf(replica, record);
  if (state === null || state.withdrawn) return problemPage(application, 404);
  if (conflict === null && Object.keys(faults).length === 0) return { seeOther: backTo(replica, state) };
  return {
    status: Object.keys(faults).length > 0 ? 422 : 200,
    template: 'conflicts/on_tablet.html',
    page: await conflictPage({ replica, state, conflict, roles: labels(replica, 'participant_role', 'ref'), here: await incarnationsHere(application), operation, back: backTo(replica, state), given, faults }),
  };
}
