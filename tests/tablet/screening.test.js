/** The look for names on the tablet: it speaks for the words that were on the page, and later words ask for another. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { namesOf, screen } from '../../static/tablet/screening.js';
import { Replica } from '../../sync/tablet/replica.js';

const [ANN, BEN] = ['22222222-2222-4222-8222-222222222221', '22222222-2222-4222-8222-222222222222'];
const EVIDENCE = '44444444-4444-4444-8444-444444444444';
let number = 0;

const id = (version = 7) => `01900000-0000-${version}000-8000-${String(number += 1).padStart(12, '0')}`;

/** What stands on this tablet. `writes` adds one operation and returns its id. */
function tablet() {
  const replica = new Replica();
  const writes = (person, { record, record_type, kind = 'create', base = [], fields, scope = 'visit:33333333-3333-4333-8333-333333333333', operation = id(person === null ? 5 : 7) }) => {
    const header = {
      format: 'fieldwork-operation/1', operation, incarnation: person === null ? `import:${'0'.repeat(64)}` : '33333333-3333-4333-8333-333333333333', person,
      scope, lane: 'evidence', sequence: 1, previous: null, record_type, record, kind, base,
      body_hash: '0'.repeat(64), body_bytes: 1, device_at: person === null ? null : '2026-02-11T10:05:00.000Z',
    };
    const body = new TextEncoder().encode(JSON.stringify({ salt: '0'.repeat(32), fields }));
    replica.add({ headerText: JSON.stringify(header), body });
    return operation;
  };
  const written = [];
  const application = {
    session: { replica, person: ANN }, home: () => '/tablet/', tablet: { clock: { now: () => '2026-02-11T12:00:00.000Z' } },
    once: (key, work) => work(),
    async write(operations) {
      for (const one of operations) written.push({ ...one, operation: writes(one.person, one) });
    },
  };
  return {
    replica, written, writes,
    record: (person, fields = {}) => writes(person, { record: EVIDENCE, record_type: 'evidence', fields: { ref: 'A-1', ...fields } }),
    block: (person, text, record = crypto.randomUUID()) => writes(person, { record, record_type: 'block', fields: { evidence: EVIDENCE, text } }),
    page: () => namesOf(replica, EVIDENCE),
    looks: (shown, person = ANN) => {
      application.session.person = person;
      const form = new FormData();
      form.append('shown', shown);
      return screen(/** @type {any} */ (application), /** @type {any} */ ({ params: { evidence: EVIDENCE }, form }));
    },
  };
}

const ACTION = `/tablet/evidence/${EVIDENCE}/screened`;

test('whoever wrote it is asked to look, says so, and is not asked again', async () => {
  const here = tablet();
  const record = here.record(ANN);
  const words = here.block(ANN, 'I had no chair.');
  const shown = `${record}:ref ${words}:evidence,text`;
  assert.deepEqual(here.page(), {
    action: ACTION, done: false, operation: '', shown, record_waits: true, again: false, kept: [{ key: 'Ref', value: 'A-1' }], files: [], files_elsewhere: '',
  });

  await here.looks(here.page().shown);

  assert.deepEqual(here.written[0].fields, { screened_at: '2026-02-11T12:00:00.000Z', looked_through: shown.split(' ') });
  assert.deepEqual(here.page(), { action: '', done: true, files_elsewhere: '' });
});

test('words that a colleague adds ask for another look, and the page says why', async () => {
  const here = tablet();
  here.record(ANN);
  here.block(ANN, 'I had no chair.');
  await here.looks(here.page().shown);

  here.block(BEN, 'Her name is Xanthippe.');

  assert.deepEqual([here.page().action, here.page().done, here.page().again], [ACTION, false, true]);
  await here.looks(here.page().shown);
  assert.equal(here.page().done, true);
});

test('words that come while the page is open are not looked through', async () => {
  const here = tablet();
  here.record(ANN);
  here.block(ANN, 'I had no chair.');
  const { shown } = here.page();

  here.block(BEN, 'Her name is Xanthippe.');
  await here.looks(shown);

  assert.deepEqual([here.written[0].fields.looked_through.join(' '), here.page().again, here.page().done], [shown, true, false]);
});

test('a changed block asks for another look', async () => {
  const here = tablet();
  here.record(ANN);
  const record = crypto.randomUUID();
  here.block(ANN, 'I had no chair.', record);
  await here.looks(here.page().shown);

  here.block(BEN, 'Perpetua had no chair.', record);

  assert.equal(here.page().again && !here.page().done, true);
});

test('a colleague can look in the place of an author who has left the visit', async () => {
  const here = tablet();
  here.record(ANN);
  here.block(ANN, 'I had no chair.');
  here.block(BEN, 'Her name is Xanthippe.');

  assert.equal((await here.looks(here.page().shown, BEN)).seeOther, `/tablet/evidence/${EVIDENCE}`);

  assert.deepEqual([here.written[0].person, here.page().done], [BEN, true]);
});

test('what the activity and a consent say is shown and looked through as well', async () => {
  const here = tablet();
  const activity = crypto.randomUUID();
  here.record(ANN, { activity, document: { title: 'Plan of Xanthippe' } });
  here.writes(ANN, { record: activity, record_type: 'activity', fields: { type: 'child_interview', supporter: 'Her aunt Xanthippe', start: '10:05' } });
  here.writes(ANN, { record: crypto.randomUUID(), record_type: 'activity_type', fields: { ref: 'child_interview', label: 'Interview with a child' } });
  await here.looks(here.page().shown);
  assert.equal(here.page().done, true);

  here.writes(BEN, { record: crypto.randomUUID(), record_type: 'consent', fields: { activity, restriction: 'Not her name' } });

  assert.deepEqual(here.page().kept.map(({ key, value }) => `${key}: ${value}`), [
    'Document: title: Plan of Xanthippe', 'Ref: A-1', 'Supporter: Her aunt Xanthippe', 'Restriction: Not her name',
  ]);
  await here.looks(here.page().shown);
  assert.equal(here.page().done, true);
});

test('a note on a code asks for a look and leaves the record with those who read it', async () => {
  const here = tablet();
  here.record(ANN);
  const block = crypto.randomUUID();
  here.block(ANN, 'I had no chair.', block);
  await here.looks(here.page().shown);

  here.writes(BEN, { record: crypto.randomUUID(), record_type: 'coding', fields: { evidence: EVIDENCE, block, code: 'RSN-11', memo: 'Ask Xanthippe' } });

  assert.deepEqual([here.page().action, here.page().record_waits], [ACTION, false]);
  assert.deepEqual(here.page().kept.at(-1), { key: 'Note on code RSN-11', value: 'Ask Xanthippe' });
  await here.looks(here.page().shown);
  assert.equal(here.page().done, true);
});

test('a file is looked through at the office, and a look on the tablet does not take that back', async () => {
  const here = tablet();
  here.record(ANN);
  const file = here.writes(BEN, { record: crypto.randomUUID(), record_type: 'file', fields: { evidence: EVIDENCE, name: 'a plan.pdf' } });
  await here.looks(`${here.page().shown} ${file}:evidence,name`);
  assert.deepEqual(here.page(), { action: '', done: true, files_elsewhere: '1 file can be opened and checked for names at the office only.' });
  const named = [...here.written[0].fields.looked_through, `${file}:evidence,name`];
  const looked = here.writes(BEN, { record: EVIDENCE, record_type: 'evidence', kind: 'revise', base: [here.written[0].operation], fields: { screened_at: '2026-02-11T12:30:00.000Z', looked_through: named } });
  assert.equal(here.page().files_elsewhere, '');

  here.block(ANN, 'A later word.');
  await here.looks(here.page().shown);

  assert.deepEqual(here.written[1].base, [looked]);
  assert.ok(here.written[1].fields.looked_through.includes(`${file}:evidence,name`));
});

test('a record of a pack needs no look until the team adds to it', async () => {
  const here = tablet();
  here.record(null);
  here.block(null, 'Packed.');
  assert.deepEqual(here.page(), { action: '', done: false, files_elsewhere: '' });

  const added = here.block(BEN, 'Her name is Xanthippe.');

  assert.deepEqual([here.page().action, here.page().again, here.page().shown], [ACTION, true, `${added}:evidence,text`]);
  await here.looks(here.page().shown);
  assert.equal(here.page().done, true);
});

test('what names the record from another visit is no word of it', async () => {
  const here = tablet();
  here.record(ANN);
  here.block(ANN, 'I had no chair.');
  await here.looks(here.page().shown);

  here.writes(BEN, { record: crypto.randomUUID(), record_type: 'block', scope: 'visit:33333333-3333-4333-8333-333333333334', fields: { evidence: EVIDENCE, text: 'Elsewhere.' } });

  assert.equal(here.page().done, true);
});

test('a record that is not here has no look', async () => {
  const here = tablet();

  assert.deepEqual(here.page(), { action: '', done: false, files_elsewhere: '' });
  assert.equal((await here.looks('')).status, 404);
});
