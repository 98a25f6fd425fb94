/** A receipt for one record on the tablet: what the office has confirmed of each entry, and nothing more than that (R2, R3). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Application } from '../../static/tablet/application.js';
import { hashOfAll } from '../../static/tablet/pages/record_receipts.js';
import { create, show } from '../../static/tablet/record_receipts.js';
import { addSaved } from '../../sync/tablet/replica.js';
import { sha256 } from '../../sync/tablet/bytes.js';
import { ANN, World } from '../sync/tablet/world.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';
const WORDS = 'You have to line up five times.';

async function withRecord() {
  const world = new World();
  const tab = await world.enrolled();
  const application = new Application(() => {});
  const session = { person: ANN, name: 'Ann Hollowby', replica: tab.replica, seeOwn: (saved) => addSaved(tab.tablet, tab.keys, tab.replica, saved) };
  Object.assign(application, { tablet: tab.tablet, session, flusher: { wake() {}, typed() {}, connection: () => ({ kind: 'online', words: '' }) } });
  const activity = tab.intention({ type: 'child_interview' }, { record_type: 'activity' });
  const evidence = tab.intention({ ref: 'A-01', activity: activity.record, type: 'child_interview' }, { record_type: 'evidence', record: EVIDENCE });
  const block = tab.intention({ evidence: EVIDENCE, kind: 'verbatim', text: WORDS, place: 't1' });
  const other = tab.intention({ ref: 'A-02', type: 'child_interview' }, { record_type: 'evidence' });
  const elsewhere = tab.intention({ evidence: other.record, kind: 'verbatim', text: 'Said elsewhere.' });
  await session.seeOwn((await tab.saves([activity, evidence, block, other, elsewhere])).operations);
  return { world, tab, application, block };
}

const asked = () => /** @type {any} */ ({ params: { evidence: EVIDENCE }, form: new FormData() });
const fact = (page, key) => page.facts.find((one) => one.key === key)?.value;

test('R3: a receipt says how much of a record is only here, and never more than the office confirmed', async () => {
  const { tab, application } = await withRecord();

  const { page: before } = await show(application, asked());
  await tab.pushesAll();
  const { page: after } = await show(application, asked());

  assert.equal(fact(before, 'Entries'), '0 of 3 entries at the office');
  assert.deepEqual(before.verdict, { kind: 'tablet', words: '3 entries are only on this tablet. Keep it safe until they are sent.' });
  assert.ok(before.entries.every(({ standing }) => standing === 'Only on this tablet'));
  assert.equal(fact(before, 'Last confirmed by the office'), undefined);
  assert.equal(fact(after, 'Entries'), '3 of 3 entries at the office');
  assert.equal(after.verdict.kind, 'safe');
  assert.ok(after.entries.every(({ standing }) => standing.startsWith('Safe at the office')));
  assert.match(fact(after, 'Last confirmed by the office'), /\d at \d/);
});

test('R2: an entry whose receipt does not agree is not called safe', async () => {
  const { tab, application, block } = await withRecord();
  await tab.pushesAll();
  const place = await tab.tablet.storage.read('operations', block.operation);
  const key = [place.stream, place.sequence];
  await tab.tablet.storage.commit([{ store: 'safe', remove: key }, { store: 'outbox', key, put: { schema: 1, standing: 'held', operation: block.operation, minted_at: '2026-02-11T10:05:00.000Z', code: 'hash_differs', at_office: false } }]);

  const { page } = await show(application, asked());

  assert.equal(fact(page, 'Entries'), '2 of 3 entries at the office');
  assert.equal(page.verdict.kind, 'attention');
});

test('R2: the receipt can be kept as a file, with every hash in full and no word of the record', async () => {
  const { tab, application } = await withRecord();

  const made = await create(application, asked());

  const text = new TextDecoder().decode(await made.file.content.arrayBuffer());
  assert.match(made.file.name, /^receipt-A-01-\d{4}-\d\d-\d\d-\d\d-\d\d\.txt$/);
  assert.ok(!text.includes(WORDS));
  const mine = tab.replica.history(EVIDENCE)[0];
  const hash = await sha256(new TextEncoder().encode(mine.headerText));
  assert.ok(text.includes(hash));
  assert.ok(!text.includes('A-02'));
  assert.equal(made.page.again, 'Save this file again');
});

test('R4: the hash of all entries says nothing of their order and of being sent twice; the office comes to the same one', async () => {
  const [one, other] = ['1'.repeat(64), '2'.repeat(64)];

  assert.equal(await hashOfAll([one, other]), await hashOfAll([other, one, other]));
  assert.equal(await hashOfAll([one, other]), 'f5404fd407075eb9ef6261cbfc12da4cbe2906c3a04dcffd2be12daa6a475c89');
});
