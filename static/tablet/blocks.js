/**
 * Blocks: the words themselves. Written under an id that the page drew when the box opened, so that sending twice writes once.
 *
 * All writing goes through `writing.js`, also that of a form, so that a draft and its form never make two notes. An edit is a revision
 * from what the form showed; when a colleague was quicker both are kept and both are shown.
 */
import { editPage } from './pages/editing.js';
import { capturedActs, capturedList } from './pages/capture.js';
import { blockAsRead, versionsOf } from './pages/blocks.js';
import { incarnationsHere } from './conflicts.js';
import { gather } from './evidence.js';
import { uuid7 } from './identifiers.js';
import { NotSaved } from './not_saved.js';
import { placeOf } from './places.js';
import { problemPage } from './problems.js';
import { found, said, scopeOf } from './reading.js';
import { unlocked } from './standing.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** @type {import('./router.js').Handler} */
export async function create(application, { params, form }) {
  const gathered = gather(application, params.evidence);
  if (gathered === null) return problemPage(application, 404);
  const { replica } = unlocked(application);
  const record = UUID.test(String(form.get('record'))) ? String(form.get('record')) : uuid7();
  const text = textOf(form);
  if (replica.find(record) === null && text !== '') {
    const fields = {
      evidence: params.evidence, kind: String(form.get('kind') || 'verbatim'), text, place: placeOf(new Date().toISOString()),
      ...optional(form, 'speaker_role'), ...optional(form, 'question'),
    };
    const kept = await application.writings.typed({ record, scope: scopeOf(replica, params.evidence), evidence: params.evidence, base: [], shown: '{}', fields, finished: true, closed: true });
    if (kept.state.kind === 'failed') throw new NotSaved(kept.state);
  }
  return { seeOther: `/tablet/evidence/${params.evidence}/write` };
}

/** The list above the box, when others' words have come. Nothing that is being typed is finished by it. @type {import('./router.js').Handler} */
export async function browse(application, { params }) {
  const gathered = gather(application, params.evidence);
  return gathered === null ? problemPage(application, 404) : { template: 'blocks/list.html', page: capturedList(gathered) };
}

/** One block as it stands in the list above the box. @type {import('./router.js').Handler} */
export async function show(application, { params }) {
  const { replica } = unlocked(application);
  const block = found(replica, 'block', params.block);
  const gathered = block === null ? null : gather(application, said(block, 'evidence'));
  if (block === null || gathered === null) return problemPage(application, 404);
  const { roles, codes } = gathered;
  return { template: 'blocks/added.html', page: { block: blockAsRead({ replica, roles, codes }, block, [], { firstNumber: 1, acts: capturedActs(block) }) } };
}

/** @type {import('./router.js').Handler} */
export async function edit(application, { params }) {
  await application.writings.closeAll();
  const { replica } = unlocked(application);
  const block = found(replica, 'block', params.block);
  const gathered = block === null ? null : gather(application, said(block, 'evidence'));
  if (block === null || gathered === null) return problemPage(application, 404);
  const versions = versionsOf(replica, block);
  const here = versions.length > 1 ? await incarnationsHere(application) : new Set();
  return { template: 'blocks/edit.html', page: await editPage({ ...gathered, block, versions, here, scope: scopeOf(replica, block.record) }) };
}

/** @type {import('./router.js').Handler} */
export async function update(application, { params, form }) {
  const { replica } = unlocked(application);
  const block = found(replica, 'block', params.block);
  if (block === null) return problemPage(application, 404);
  const evidence = said(block, 'evidence');
  const kept = await application.writings.typed({
    record: block.record, scope: scopeOf(replica, block.record), evidence,
    base: listFrom(form.get('base')), shown: JSON.stringify(objectFrom(form.get('shown'))),
    fields: { text: textOf(form), kind: String(form.get('kind') || said(block, 'kind')), speaker_role: String(form.get('speaker_role') ?? '') || null },
    finished: true, closed: true,
  });
  if (kept.state.kind === 'failed') throw new NotSaved(kept.state);
  await application.tellStates();
  return { seeOther: `/tablet/evidence/${evidence}#block-${block.record}` };
}

/** Take a block out of the record; its history stays. @type {import('./router.js').Handler} */
export async function withdraw(application, { params }) {
  const { replica, person } = unlocked(application);
  const block = found(replica, 'block', params.block);
  if (block === null) return problemPage(application, 404);
  await application.write([{
    operation: uuid7(), person, scope: scopeOf(replica, block.record), lane: 'evidence', record_type: 'block', record: block.record,
    kind: 'withdraw', base: block.heads,
  }]);
  return { seeOther: `/tablet/evidence/${said(block, 'evidence')}` };
}

/** A form sends line breaks as CR LF; words are kept as they were typed. @param {FormData} form */
const textOf = (form) => String(form.get('text') ?? '').replaceAll('\r\n', '\n');

/** @param {FormData} form @param {string} name */
const optional = (form, name) => (form.get(name) ? { [name]: String(form.get(name)) } : {});

/** @param {FormDataEntryValue | null} text @returns {string[]} */
function listFrom(text) {
  const value = JSON.parse(String(text || '[]'));
  return Array.isArray(value) ? value.map(String) : [];
}

/** @param {FormDataEntryValue | null} text @returns {Record<string, unknown>} */
const objectFrom = (text) => JSON.parse(String(text || '{}'));

