/** Rules R7 and R8: whatever has become of a note, its words can be taken off the tablet, by its author to read and by anybody sealed. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { create as createReadable } from '../../static/tablet/readable_copies.js';
import { create as createSealed } from '../../static/tablet/sealed_copies.js';
import { readHeader } from '../../sync/tablet/header.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { ANN, BEN, World } from '../sync/tablet/world.js';
import { opened } from './opened.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';
const WORDS = 'You have to line up five times.';

async function withNote({ recordAlone = false } = {}) {
  const world = new World();
  const tab = await world.enrolled([ANN, BEN]);
  const { application, saves } = opened(tab);
  await saves([tab.intention({ ref: 'A-01', type: 'child_interview', status: 'draft' }, { record_type: 'evidence', record: EVIDENCE })]);
  const block = tab.intention({ evidence: EVIDENCE, kind: 'verbatim', speaker_role: 'child', text: WORDS, place: 't1' });
  if (!recordAlone) await saves([block]);
  const stands = async (row) => {
    const place = await tab.tablet.storage.read('operations', block.operation);
    await tab.tablet.storage.commit([{ store: 'outbox', key: [place.stream, place.sequence], put: { schema: 1, operation: block.operation, minted_at: '2026-02-11T10:05:00.000Z', code: null, at_office: false, ...row } }]);
  };
  return { tab, application, block, saves, stands };
}

const asked = () => /** @type {any} */ ({ params: { evidence: EVIDENCE }, form: new FormData() });
const textOf = async (said) => (said.file === undefined ? '' : new TextDecoder().decode(await said.file.content.arrayBuffer()));
const operationsIn = (text) => text.split('\n').filter((line) => line.includes('\t')).map((line) => readHeader(new TextEncoder().encode(line.split('\t')[0])).operation);

/** @type {[string, Record<string, unknown>][]} */
const STANDINGS = [
  ['is not sent', { standing: 'unsent' }],
  ['waits at the office for an earlier one', { standing: 'held', code: 'gap' }],
  ['did not arrive as it was sent', { standing: 'held', code: 'hash_differs' }],
  ['was set aside by the office, which cannot open it', { standing: 'quarantined', code: 'not_opened' }],
  ['was set aside because its author’s part had ended', { standing: 'quarantined', code: 'assignment_ended' }],
  ['is a fork', { standing: 'quarantined', code: 'fork' }],
  ['could not be read by the office', { standing: 'unreadable', code: 'header_not_json' }],
];

for (const [name, row] of STANDINGS) {
  test(`R7 R8: a note that ${name} can be taken out, to read and sealed`, async () => {
    const { application, block, stands } = await withNote();
    await stands(row);

    const readable = await textOf(await createReadable(application, asked()));
    const sealed = await textOf(await createSealed(application, asked()));

    assert.ok(readable.includes(WORDS));
    assert.ok(operationsIn(sealed).includes(block.operation));
    assert.ok(!sealed.includes(WORDS));
  });
}

test('R7 R8: a note that is safe at the office, or waits there for a decision, can be read from the tablet all the same', async () => {
  const { tab, application, stands } = await withNote();
  await tab.pushesAll();
  assert.ok((await textOf(await createReadable(application, asked()))).includes(WORDS));

  await stands({ standing: 'quarantined', code: 'not_permitted', at_office: true });

  assert.ok((await textOf(await createReadable(application, asked()))).includes(WORDS));
});

test('R7 R8: a note that only the journal took, because the tablet is full, can be taken out', async () => {
  const { tab, application, block, saves } = await withNote({ recordAlone: true });
  tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'the tablet is full'); };
  const saved = await saves([block]);
  assert.equal(saved.problem, 'database_failed');

  const readable = await textOf(await createReadable(application, asked()));
  const sealed = await textOf(await createSealed(application, asked()));

  assert.ok(readable.includes(WORDS));
  assert.ok(operationsIn(sealed).includes(block.operation));
});

test('R8: on a locked tablet what waits can be taken out sealed, whoever wrote it', async () => {
  const { tab, application, block } = await withNote();
  application.session = null;
  tab.tablet.carry.forget();

  const sealed = await textOf(await createSealed(application, asked()));

  assert.ok(operationsIn(sealed).includes(block.operation));
});

test('R5 R7: of words with two versions both are in the copy that can be read', async () => {
  const { tab, application, block, saves } = await withNote();
  for (const text of ['It was bold.', 'It was old.']) {
    await saves([tab.intention({ text }, { record: block.record, kind: 'revise', base: [block.operation] })]);
  }

  const readable = await textOf(await createReadable(application, asked()));

  assert.ok(readable.includes('“It was bold.”'));
  assert.ok(readable.includes('“It was old.”'));
});

test('R9: a correction is a later revision with its author and time, and what was typed first stays to the letter', async () => {
  const { tab, block, saves } = await withNote();
  const first = tab.replica.history(block.record)[0].headerText;

  await saves([tab.intention({ text: 'You have to line up six times.' }, { record: block.record, kind: 'revise', base: [block.operation] })]);

  const [original, correction] = tab.replica.history(block.record);
  assert.equal(original.headerText, first);
  assert.equal(original.fields.text, WORDS);
  assert.deepEqual([correction.header.person, correction.header.base], [ANN, [block.operation]]);
  assert.match(correction.header.device_at, /^\d{4}-\d\d-\d\dT/);
});
