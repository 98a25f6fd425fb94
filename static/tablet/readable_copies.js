/**
 * The author's readable copy of one record: its words in a plain file, without a network and in any state.
 *
 * The way out for the person whose words they are: a draft, what is only here, what the office could not take in. Only on an unlocked
 * tablet, only for whoever wrote in the record, and never without the sentence that the file is not sealed. Nothing is written here.
 */
import { gather } from './evidence.js';
import { readableCopyName, readableCopyPage, readableText } from './pages/readable_copies.js';
import { problemPage } from './problems.js';
import { wroteIn } from './reading.js';
import { standings, unlocked } from './standing.js';

/** @type {import('./router.js').Handler} */
export async function draft(application, { params }) {
  const record = await recordOf(application, params.evidence);
  if (record === null) return problemPage(application, 404);
  return { template: 'readable_copies/show.html', page: readableCopyPage(record, null) };
}

/** @type {import('./router.js').Handler} */
export async function create(application, { params }) {
  const record = await recordOf(application, params.evidence);
  if (record === null) return problemPage(application, 404);
  const made_at = new Date().toISOString();
  const name = readableCopyName(record, made_at);
  const text = readableText(record, { made_at, by: unlocked(application).name });
  return {
    template: 'readable_copies/show.html',
    page: readableCopyPage(record, name),
    file: { name, content: new Blob([text], { type: 'text/plain;charset=utf-8' }) },
  };
}

/**
 * The record with all that was typed in it until now; null when it is not here, not to be shown, or not this person's.
 * @param {import('./application.js').Application} application @param {string} id @returns {Promise<import('./pages/evidence.js').RecordShown | null>}
 */
async function recordOf(application, id) {
  await application.writings.closeAll();
  const gathered = gather(application, id);
  if (gathered === null || !wroteIn(gathered.replica, [gathered.evidence, ...gathered.blocks], unlocked(application).person)) return null;
  return { ...gathered, state: (await standings(application))(id) };
}
