/** A receipt for one record on the tablet: what the office has confirmed of each entry, and nothing more than that (R2, R3). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { hashOfAll } from '../../static/tablet/pages/record_receipts.js';
import { create, show } from '../../static/tablet/record_receipts.js';
import { sha256 } from '../../sync/tablet/bytes.js';
import { settle } from '../../sync/tablet/overflow.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { World } from '../sync/tablet/world.js';
import { opened } from './opened.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';
const WORDS = 'You have to line up five times.';

async function withRecord() {
  const world = new World();
  const tab = await world.enrolled();
  const { application, saves, writes } = opened(tab);
  const activity = tab.intention({ type: 'child_interview' }, { record_type: 'activity' });
  const evidence = tab.intention({ ref: 'A-01', activity: activity.record, type: 'child_interview' }, { record_type: 'evidence', record: EVIDENCE });
  const block = tab.intention({ evidence: EVIDENCE, kind: 'verbatim', text: WORDS, place: 't1' });
  const other = tab.intention({ ref: 'A-02', type: 'child_interview' }, { record_type: 'evidence' });
  const elsewhere = tab.intention({ evidence: other.record, kind: 'verbatim', text: 'Said elsewhere.' });
  await saves([activity, evidence, block, other, elsewhere]);
  return { world, tab, application, saves, writes, activity, evidence, block };
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

test('R3: what belongs to a record is in its receipt, withdrawn or not, and words that were removed are said to be', async () => {
  const { tab, application, writes, activity, block } = await withRecord();
  const within = [
    await writes({ activity: activity.record, agreed: ['notes'] }, { record_type: 'consent' }),
    await writes({ evidence: EVIDENCE, sha256: 'ab'.repeat(32) }, { record_type: 'file' }),
    await writes({ evidence: EVIDENCE, block: block.record, code: 'RSN-01' }, { record_type: 'coding' }),
  ];
  // Whoever removes words writes first what stays.
  const kept = await writes({ evidence: EVIDENCE, kind: 'verbatim', text: 'You have to line up.', place: 't1' }, { kind: 'revise', record: block.record, base: [block.operation] });
  within.push(kept, await writes({}, { kind: 'withdraw', record: block.record, base: [kept.operation] }));
  tab.replica.redact(block.operation);

  const { page } = await show(application, asked());

  assert.equal(page.entries.length, 3 + within.length);
  assert.equal(page.entries.filter(({ standing }) => standing.endsWith('Its words were removed')).length, 1);
  assert.equal(fact(page, 'Files'), '1 file at the office. This tablet has not seen it');
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

test('R2: what the office may have lost with a restore waits to be sent, and is not called safe because it was fetched once', async () => {
  const { world, tab, application } = await withRecord();
  await tab.pushesAll();
  await tab.pulls();
  const { page: before } = await show(application, asked());
  world.office.restore({ streams: new Map(), positions: new Map(), carryKeys: new Map() });
  await tab.compares();
  await tab.compares();

  const { page: after } = await show(application, asked());

  assert.equal(fact(before, 'Entries'), '3 of 3 entries at the office');
  assert.equal(fact(after, 'Entries'), '0 of 3 entries at the office');
  assert.equal(after.verdict.kind, 'tablet');
});

/** A change of the record that only the journal of the full tablet took; `room` makes room again. */
async function withOneAside() {
  const here = await withRecord();
  const { tab, saves, block } = here;
  const { commit } = tab.tablet.storage;
  tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'the tablet is full'); };
  const { operations: [aside] } = await saves([tab.intention({ text: 'Six times.' }, { record: block.record, kind: 'revise', base: [block.operation] })]);
  const room = async () => {
    tab.tablet.storage.commit = commit;
    await settle(tab.tablet);
  };
  return { ...here, aside, room };
}

test('R2: what only the journal of a full tablet has is said to be only on this tablet', async () => {
  const { application } = await withOneAside();

  const { page } = await show(application, asked());

  assert.deepEqual(page.entries.map(({ standing }) => standing), Array(4).fill('Only on this tablet'));
  assert.equal(fact(page, 'Entries'), '0 of 4 entries at the office');
});

test('R2: of several comparisons with the office the oldest is told', async () => {
  const { tab, application, block, aside, room } = await withOneAside();
  await room();
  await tab.pushesAll();
  const { stream } = await tab.tablet.storage.read('operations', block.operation);
  const checked = (name, at) => ({ store: 'marks', key: `checked:${name}`, put: { to: 5, epoch: 'any', at } });
  await tab.tablet.storage.commit([checked(stream, '2026-03-12T09:00:00.000Z'), checked(aside.stream, '2026-02-11T09:00:00.000Z')]);

  const { page } = await show(application, asked());

  assert.match(fact(page, 'Compared again with the office'), /11 February 2026/);
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
