/** The look for names on the tablet: it speaks for the words that were on the page, and later words ask for another. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { screen, screeningOf } from '../../static/tablet/screening.js';
import { Replica } from '../../sync/tablet/replica.js';

const [ANN, BEN] = ['22222222-2222-4222-8222-222222222221', '22222222-2222-4222-8222-222222222222'];
const EVIDENCE = '44444444-4444-4444-8444-444444444444';
let number = 0;

const id = (version = 7) => `01900000-0000-${version}000-8000-${String(number += 1).padStart(12, '0')}`;

/** What stands on this tablet. `writes` adds one operation and returns its id. */
function tablet() {
  const replica = new Replica();
  const writes = (person, { record, record_type, kind = 'create', base = [], fields, operation = id(person === null ? 5 : 7) }) => {
    const header = {
      format: 'fieldwork-operation/1', operation, incarnation: person === null ? `import:${'0'.repeat(64)}` : '33333333-3333-4333-8333-333333333333', person,
      scope: 'visit:33333333-3333-4333-8333-333333333333', lane: 'evidence', sequence: 1, previous: null, record_type, record, kind, base,
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
    replica, written,
    record: (person) => writes(person, { record: EVIDENCE, record_type: 'evidence', fields: { ref: 'A-1' } }),
    block: (person, text, record = crypto.randomUUID()) => writes(person, { record, record_type: 'block', fields: { evidence: EVIDENCE, text } }),
    page: (person = ANN) => screeningOf(replica, EVIDENCE, person),
    looks: (shown, person = ANN) => {
      application.session.person = person;
      const form = new FormData();
      form.append('shown', shown);
      return screen(/** @type {any} */ (application), /** @type {any} */ ({ params: { evidence: EVIDENCE }, form }));
    },
  };
}

test('the author is asked to look, says so, and is not asked again', async () => {
  const here = tablet();
  here.record(ANN);
  const words = here.block(ANN, 'I had no chair.');
  assert.deepEqual(here.page(), { action: `/tablet/evidence/${EVIDENCE}/screened`, done: false, again: false, shown: words });

  await here.looks(here.page().shown);

  assert.deepEqual(here.written[0].fields, { screened_at: '2026-02-11T12:00:00.000Z', looked_through: [words] });
  assert.deepEqual([here.page().action, here.page().done], ['', true]);
});

test('words that a colleague adds ask the author for another look, and the page says why', async () => {
  const here = tablet();
  here.record(ANN);
  here.block(ANN, 'I had no chair.');
  await here.looks(here.page().shown);

  here.block(BEN, 'Her name is Xanthippe.');

  assert.deepEqual([here.page().action, here.page().done, here.page().again], [`/tablet/evidence/${EVIDENCE}/screened`, false, true]);
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

test('somebody else is not asked, and cannot look in the author’s place', async () => {
  const here = tablet();
  here.record(ANN);
  here.block(ANN, 'I had no chair.');

  assert.deepEqual([here.page(BEN).action, here.page(BEN).done], ['', false]);
  assert.equal((await here.looks(here.page().shown, BEN)).status, 404);
  assert.deepEqual(here.written, []);
});

test('a record of a pack needs no look until the team adds to it, and then whoever of the team is here may look', async () => {
  const here = tablet();
  here.record(null);
  here.block(null, 'Packed.');
  assert.deepEqual([here.page().action, here.page().done], ['', false]);

  const added = here.block(BEN, 'Her name is Xanthippe.');

  assert.deepEqual([here.page().action, here.page().again, here.page().shown], [`/tablet/evidence/${EVIDENCE}/screened`, true, added]);
  await here.looks(added);
  assert.equal(here.page().done, true);
});
