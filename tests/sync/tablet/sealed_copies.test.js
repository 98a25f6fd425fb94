/**
 * A sealed copy (DUR-26): what waits leaves the tablet as one file, of everybody, without a key, and nothing counts as sent because of it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import { fromUtf8, sha256, toUtf8 } from '../../../sync/tablet/bytes.js';
import { countOutbox } from '../../../sync/tablet/outbox.js';
import { StorageProblem } from '../../../sync/tablet/ports.js';
import { makeSealedCopy } from '../../../sync/tablet/sealed_copy.js';
import { ANN, BEN, World } from './world.js';

/** The file as lines. */
function readFile(bytes) {
  const text = fromUtf8(bytes);
  const [head, ...lines] = text.slice(0, -1).split('\n');
  const rest = text.slice(head.length + 1);
  const keys = lines.filter((line) => !line.includes('\t'));
  const operations = lines.filter((line) => line.includes('\t'));
  return { text, head: JSON.parse(head), rest, keys: keys.map((line) => JSON.parse(line)), operations };
}

/** Brings the file to the office, as central does: cut into pushes, here of one each. */
async function bring(world, file) {
  const verdicts = [];
  for (const line of file.operations) {
    const head = JSON.stringify({ format: 'fieldwork-push/1', carry_keys: file.keys });
    verdicts.push(...(await world.office.push(`${head}\n${line}\n`)).map(({ verdict }) => verdict));
  }
  return verdicts;
}

test('DUR-26: a locked tablet saves the notes of everybody on it, and the office opens every one', async () => {
  const world = new World();
  const tab = await world.enrolled([ANN, BEN]);
  await tab.writes({ text: 'of Ann' });
  await tab.unlocks(BEN);
  await tab.writes({ text: 'of Ben' });
  await tab.writes({ text: 'of Ben, of a child' }, { lane: 'concern' });
  tab.device.kill();
  const locked = await world.starts(tab.device);

  const copy = await makeSealedCopy(locked.tablet);

  const file = readFile(copy.bytes);
  assert.deepEqual([copy.operations, copy.people, copy.missing], [3, 2, 0]);
  assert.equal(locked.keys, null);
  assert.doesNotMatch(file.text, /of Ann|of Ben/);
  assert.deepEqual(await bring(world, file), ['stored', 'stored', 'stored']);
  assert.deepEqual(world.office.bodies().sort(), ['of Ann', 'of Ben', 'of Ben, of a child']);
});

test('DUR-26: the head says how much follows and its hash', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'one' });
  await tab.writes({ text: 'two' });

  const { bytes, copied_at } = await makeSealedCopy(tab.tablet);

  const { head, rest, keys, operations } = readFile(bytes);
  assert.deepEqual(head, {
    format: 'fieldwork-copy/1', copied_at, carry_keys: keys.length, operations: 2, bytes: toUtf8(rest).length, sha256: await sha256(toUtf8(rest)),
  });
  assert.equal(operations.length, 2);
  assert.equal(keys.length, 1);
});

test('DUR-26: nothing counts as sent because it was copied; sent afterwards, it is at the office once', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'one' });
  await tab.writes({ text: 'two' });
  const before = await tab.storage.range('outbox');

  const file = readFile((await makeSealedCopy(tab.tablet)).bytes);
  await bring(world, file);
  await bring(world, file);

  assert.deepEqual(await tab.storage.range('outbox'), before);
  await tab.pushesAll();
  assert.deepEqual([(await countOutbox(tab.tablet)).waiting, (await countOutbox(tab.tablet)).safe], [0, 2]);
  assert.deepEqual(world.office.bodies(), ['one', 'two']);
  assert.equal((await tab.compares()).agreed, 1);
});

test('DUR-26: what the office has confirmed is not in the file, and what it only holds or could not read is', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'safe' });
  await tab.pushesAll();
  const refused = await tab.writes({ text: 'refused' });
  world.office.refused.add(refused.operations[0].operation);
  await tab.pushesAll();
  await tab.writes({ text: 'unsent' });

  const copy = await makeSealedCopy(tab.tablet);

  assert.deepEqual(readFile(copy.bytes).operations.map((line) => JSON.parse(line.split('\t')[0]).sequence), [2, 3]);
});

test('DUR-26: what is at the office, whole, and waits for a decision there is not copied', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'one' });
  const [{ key, value }] = await tab.storage.range('outbox');
  await tab.storage.commit([{ store: 'outbox', key, put: { ...value, standing: 'quarantined', at_office: true } }]);

  assert.equal((await makeSealedCopy(tab.tablet)).operations, 0);
});

test('DUR-26: a note whose words were removed before it was sent is in the file without them', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const written = await tab.writes({ text: 'My real name is Perpetua.' });
  await tab.writes({}, { kind: 'redact', redacts: [written.operations[0].operation], reason: 'erasure', fields: {} });

  const { operations } = readFile((await makeSealedCopy(tab.tablet)).bytes);

  assert.deepEqual(operations.map((line) => line.split('\t').slice(1).map((column) => column === '')), [[true, true], [false, false]]);
});

test('DUR-26: what the second copy alone has, because the database is full, is in the file as well', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'one' });
  const { commit } = tab.storage;
  tab.storage.commit = async () => { throw new StorageProblem('quota'); };
  const saved = await tab.writes({ text: 'two' });
  assert.equal(saved.problem, 'database_failed');

  const copy = await makeSealedCopy(tab.tablet);

  assert.equal(copy.operations, 2);
  assert.deepEqual(await bring(world, readFile(copy.bytes)), ['stored', 'stored']);
  assert.deepEqual(world.office.bodies().sort(), ['one', 'two']);
  tab.storage.commit = commit;
  await tab.pushesAll();
  assert.equal((await countOutbox(tab.tablet)).waiting, 0);
  assert.deepEqual(world.office.bodies().sort(), ['one', 'two']);
});

test('DUR-26: more than one push may carry fits in one file', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.saves(Array.from({ length: 1_003 }, (_, at) => tab.intention({ text: `note ${at}` })));

  const copy = await makeSealedCopy(tab.tablet);

  const { head, operations } = readFile(copy.bytes);
  assert.deepEqual([copy.operations, head.operations, operations.length], [1_003, 1_003, 1_003]);
  assert.deepEqual(operations.map((line) => JSON.parse(line.split('\t')[0]).sequence), Array.from({ length: 1_003 }, (_, at) => at + 1));
});

test('DUR-26: a note that waits and cannot be read is counted as missing and stops nothing', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'one' });
  await tab.writes({ text: 'two' });
  const [{ key }] = await tab.storage.range('entries');
  await tab.storage.commit([{ store: 'entries', remove: key }]);

  const copy = await makeSealedCopy(tab.tablet);

  assert.deepEqual([copy.operations, copy.missing], [1, 1]);
});

test('DUR-26: a note whose key is not in the database goes with the others, and nobody is told to rely on it', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'one' });
  const [{ key }] = await tab.storage.range('carry_keys');
  await tab.storage.commit([{ store: 'carry_keys', remove: key }]);

  const copy = await makeSealedCopy(tab.tablet);

  assert.deepEqual([copy.operations, copy.missing], [1, 1]);
});
