/** The two counts of a visit (DUR-27): each from its own side, stream by stream, and the office's never from memory. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { under } from '../../../sync/tablet/stores.js';
import { askOffice, compareCounts, countHere } from '../../../sync/tablet/two_counts.js';
import { ANN, BEN, VISIT, World } from './world.js';

const OTHER = 'visit:33333333-3333-4333-8333-333333333334';

async function withNotes(count) {
  const world = new World();
  const tab = await world.enrolled([ANN, BEN]);
  for (let note = 1; note <= count; note += 1) await tab.writes({ text: `note ${note}` });
  return { world, tab };
}

/** Both counts, as the page makes them. */
async function counted({ tablet }) {
  const { streams } = await countHere(tablet, VISIT);
  const asked = await askOffice(tablet, streams.map(({ stream }) => stream));
  if (asked.problem !== null) return asked;
  return compareCounts(tablet, await countHere(tablet, VISIT), asked.streams);
}

const EQUAL = { unsent: 0, waits_there: 0, gone: 0, apart: 0, equal: true };

test('DUR-27: when everything was sent both sides have the same, of everybody and every lane', async () => {
  const { tab } = await withNotes(2);
  await tab.writes({ text: 'a concern' }, { lane: 'concern' });
  await tab.unlocks(BEN);
  await tab.writes({ text: 'of Ben' });
  await tab.pushesAll();

  assert.deepEqual(await counted(tab), { here: 4, office: 4, ...EQUAL });
});

test('DUR-27: another visit counts on neither side', async () => {
  const { tab } = await withNotes(1);
  await tab.writes({ text: 'elsewhere' }, { scope: OTHER });
  await tab.pushesAll();

  assert.deepEqual(await counted(tab), { here: 1, office: 1, ...EQUAL });
});

test('DUR-27: what was not sent is missing at the office', async () => {
  const { tab } = await withNotes(2);
  await tab.pushesAll();
  await tab.writes({ text: 'later' });

  assert.deepEqual(await counted(tab), { here: 3, office: 2, ...EQUAL, unsent: 1, equal: false });
});

test('DUR-27: the office is asked anew each time, and what it lost in a restore is seen at once', async () => {
  const { world, tab } = await withNotes(2);
  const backup = world.office.backup();
  await tab.pushesAll();
  assert.equal((await counted(tab)).equal, true);

  world.office.restore(backup);

  assert.deepEqual(await counted(tab), { here: 2, office: 0, ...EQUAL, unsent: 2, equal: false });
});

test('DUR-27: a note that the tablet lost does not count here, whatever its own counter says', async () => {
  const { tab } = await withNotes(2);
  await tab.pushesAll();
  const [{ key }] = await tab.storage.range('entries');
  await tab.storage.commit([{ store: 'entries', remove: key }]);

  assert.deepEqual(await counted(tab), { here: 1, office: 2, ...EQUAL, gone: 1, equal: false });
});

test('DUR-27: what was let go on purpose, because the office has it, counts as here', async () => {
  const { tab } = await withNotes(3);
  await tab.pushesAll();
  const [{ key: [stream] }] = await tab.storage.range('entries');
  await tab.storage.commit([1, 2].map((number) => ({ store: 'entries', remove: [stream, number] })));
  await tab.storage.commit([{ store: 'marks', key: `purged:${stream}`, put: { to: 2 } }]);

  assert.equal((await tab.storage.range('entries', under([stream]))).length, 1);
  assert.deepEqual(await counted(tab), { here: 3, office: 3, ...EQUAL });
});

test('DUR-27: equal sums of different streams are no agreement', async () => {
  const { world, tab } = await withNotes(1);
  await tab.pushesAll();
  await tab.unlocks(BEN);
  await tab.writes({ text: 'of Ben' });
  world.between = async (request, ask) => ask(request);
  const answer = world.office.manifest.bind(world.office);
  world.office.manifest = (asked) => answer(asked).map((one) => (one.highest === 0 ? one : { ...one, count: 2, highest: 2, head: 'f'.repeat(64) }));

  const counts = await counted(tab);

  assert.deepEqual([counts.here, counts.office], [2, 2]);
  assert.deepEqual([counts.equal, counts.unsent, counts.apart], [false, 1, 1]);
});

test('DUR-27: other things under the same numbers are no agreement', async () => {
  const { world, tab } = await withNotes(2);
  await tab.pushesAll();
  const answer = world.office.manifest.bind(world.office);
  world.office.manifest = (asked) => answer(asked).map((one) => ({ ...one, head: 'f'.repeat(64) }));

  const counts = await counted(tab);

  assert.deepEqual([counts.apart, counts.equal], [1, false]);
});

test('DUR-27: what the office has and has not taken in is counted apart', async () => {
  const { world, tab } = await withNotes(3);
  await tab.pushesAll();
  const answer = world.office.manifest.bind(world.office);
  world.office.manifest = (asked) => answer(asked).map((one) => ({ ...one, count: 2 }));

  assert.deepEqual(await counted(tab), { here: 3, office: 2, ...EQUAL, waits_there: 1, equal: false });
});

test('DUR-27: without a network there is no count of the office', async () => {
  const { world, tab } = await withNotes(1);
  await tab.pushesAll();

  world.offline();

  assert.deepEqual(await counted(tab), { problem: 'no_answer' });
});

test('DUR-27: what answers without being the office is not believed', async () => {
  const { world, tab } = await withNotes(1);
  world.between = async () => ({ status: 200, contentType: 'text/html', retryAfter: null, bytes: new TextEncoder().encode('<title>Free wifi</title>') });

  assert.deepEqual(await counted(tab), { problem: 'not_from_central' });
});
