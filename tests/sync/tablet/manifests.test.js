/** What a manifest says of words that are gone: they leave the tablet of whoever wrote them, also when nothing may be pulled any more. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { fromUtf8, toUtf8 } from '../../../sync/tablet/bytes.js';
import { readFrames } from '../../../sync/tablet/journal.js';
import { uuid7 } from '../../../sync/simulator/seeded.js';
import { ANN, BEN, World } from './world.js';

/** The operations whose words lie in the database, and in the journal. */
async function withWords(tab) {
  const entries = (await tab.entries()).filter(({ sealed }) => sealed !== null).map(({ operation }) => operation);
  const frames = [...tab.device.files.files.values()].flatMap(({ written }) => readFrames(written).frames);
  const journal = frames.filter(({ facts, sealed }) => facts.kind === 'entry' && sealed.length > 0).map(({ facts }) => JSON.parse(facts.header).operation);
  return { entries: entries.sort(), journal: journal.sort() };
}

/** A tablet whose two notes are safe at the office. */
async function withTwoNotes() {
  const world = new World();
  const tab = await world.enrolled([ANN, BEN]);
  await tab.writes({ text: 'kept' });
  await tab.writes({ text: 'My real name is Perpetua.' });
  await tab.pushesAll();
  const [kept, removed] = (await tab.entries()).map(({ operation }) => operation);
  return { world, tab, kept, removed };
}

/** The office's next manifests, with something else in the first stream. */
function says(world, other) {
  world.between = async (request, ask) => {
    const answer = await ask(request);
    if (request.path !== '/sync/manifest') return answer;
    const value = JSON.parse(fromUtf8(answer.bytes));
    Object.assign(value.streams[0], other);
    return { ...answer, bytes: toUtf8(JSON.stringify(value)) };
  };
}

test('words that were removed at the office leave a locked tablet that may pull nothing', async () => {
  const { world, tab, kept, removed } = await withTwoNotes();
  world.office.drop(removed);
  tab.device.kill();
  const locked = await world.starts(tab.device);
  assert.deepEqual(await withWords(locked), { entries: [kept, removed].sort(), journal: [kept, removed].sort() });

  const compared = await locked.compares();

  assert.deepEqual([compared.problem, compared.redacted, compared.agreed], [null, [removed], 1]);
  assert.deepEqual(await withWords(locked), { entries: [kept], journal: [kept] });
  assert.deepEqual(world.wire.filter((line) => line.includes('pull')), []);
});

test('told twice, they go once', async () => {
  const { world, tab, removed } = await withTwoNotes();
  world.office.drop(removed);
  await tab.compares();

  const again = await tab.compares();

  assert.deepEqual([again.problem, again.redacted], [null, []]);
});

test('after a start nothing brings them back from the journal', async () => {
  const { world, tab, kept, removed } = await withTwoNotes();
  world.office.drop(removed);
  await tab.compares();
  tab.device.kill();
  tab.device.unsent.wipe();

  const after = await world.starts(tab.device);

  assert.deepEqual((await withWords(after)).entries, [kept]);
});

test('what an answer names in the wrong stream is let alone', async () => {
  const { world, tab, kept, removed } = await withTwoNotes();
  await tab.unlocks(BEN);
  await tab.writes({ text: 'by another person' });
  const [ours, theirs] = await tab.storage.range('streams');
  assert.notEqual(ours.key, theirs.key);
  const ofFirst = (await tab.entries()).filter(({ stream }) => stream === ours.key).map(({ operation }) => operation);
  const other = [kept, removed].find((one) => !ofFirst.includes(one)) ?? (await tab.entries()).find(({ stream }) => stream === theirs.key).operation;
  const before = await withWords(tab);

  says(world, { redacted: [other] });
  const compared = await tab.compares();

  assert.deepEqual(compared.redacted, []);
  assert.deepEqual(await withWords(tab), before);
});

test('an operation that is not here is remembered, so that its words are dropped if they come', async () => {
  const { world, tab } = await withTwoNotes();
  const unknown = uuid7(world.random, world.clock.now());
  says(world, { redacted: [unknown] });

  await tab.compares();

  assert.notEqual(await tab.storage.read('redacted', unknown), undefined);
});

for (const odd of [true, [3], 'these words']) {
  test(`a manifest that names ${JSON.stringify(odd)} as redacted changes nothing`, async () => {
    const { world, tab } = await withTwoNotes();
    const before = await withWords(tab);
    says(world, { redacted: odd });

    const compared = await tab.compares();

    assert.equal(compared.problem, 'not_from_central');
    assert.deepEqual(await withWords(tab), before);
  });
}

test('an answer that was meant for somebody else does not keep back what a restored office lacks', async () => {
  const { world, tab } = await withTwoNotes();
  const empty = { streams: new Map(), positions: new Map(), carryKeys: new Map() };
  world.office.restore(empty);
  const first = await tab.compares();
  // Another tablet asked about as many streams, of which the office has more than these ever were.
  says(world, { count: 5, highest: 5, head: 'a'.repeat(64) });

  const compared = await tab.compares();

  assert.equal(first.epochChanged, true);
  assert.equal(compared.offered, 2);
  assert.equal((await tab.storage.range('safe')).length, 0);
  world.online();
  await tab.pushesAll();
  assert.equal((await tab.storage.range('safe')).length, 2);
  assert.equal([...world.office.streams.values()].flat().length, 2);
});

test('where the office has more than this tablet ever gave out, and was not restored, what is safe stays safe', async () => {
  const { world, tab } = await withTwoNotes();
  says(world, { count: 5, highest: 5, head: 'a'.repeat(64) });

  const compared = [await tab.compares(), await tab.compares()];

  // Offered again each time, it would never come to an end.
  assert.deepEqual(compared.map(({ offered }) => offered), [0, 0]);
  assert.equal((await tab.storage.range('safe')).length, 2);
});
