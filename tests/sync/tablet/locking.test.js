/**
 * Locked means cannot read, never cannot write.
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import { addUnlocking, makePersonKeys, unlockPersonKeys } from '../../../sync/tablet/keys.js';
import { joinLockedWords, notePlace, openPlace, writeLocked } from '../../../sync/tablet/locked.js';
import { ANN, VISIT, World } from './world.js';

const box = (world) => ({ operation: world.operationId(), record: world.random.uuid4(), joins: world.operationId(), withdraws: world.operationId() });
const addLine = (passage, state) => ({ text: `${state.fields.get('text')[0].value} / ${passage.text}` });

/** An interview is open, and the tablet has been reloaded without unlock. */
async function lockedInAnInterview() {
  const world = new World();
  const tab = await world.enrolled();
  const interview = tab.intention({ text: 'opening' });
  await tab.saves([interview]);
  await notePlace(tab.tablet, { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record: interview.record });
  tab.device.kill();
  const locked = await world.starts(tab.device);
  return { world, locked, interview };
}

test('words written after a reload without unlock join the record at unlock', async () => {
  const { world, locked, interview } = await lockedInAnInterview();
  const place = await openPlace(locked.tablet);
  const first = await writeLocked(locked.tablet, box(world), place, { text: 'while locked' });
  await writeLocked(locked.tablet, box(world), place, { text: 'and more', mark: 'yellow' });

  await locked.unlocks(ANN);
  const result = await joinLockedWords(locked.tablet, locked.replica, locked.keys, addLine);

  assert.equal(first.saved, 'twice');
  assert.deepEqual([result.joined, result.left], [2, 0]);
  await locked.reloads();
  const state = locked.replica.find(interview.record);
  assert.deepEqual(state.fields.get('text').map(({ value }) => value).sort(), ['opening / and more', 'opening / while locked']);
  assert.deepEqual(locked.replica.list('locked_words'), []);
});

test('joining twice joins once', async () => {
  const { world, locked } = await lockedInAnInterview();
  await writeLocked(locked.tablet, box(world), await openPlace(locked.tablet), { text: 'once' });
  await locked.unlocks(ANN);

  await joinLockedWords(locked.tablet, locked.replica, locked.keys, addLine);
  await joinLockedWords(locked.tablet, locked.replica, locked.keys, addLine);

  await locked.reloads();
  assert.deepEqual(locked.texts().filter((text) => text.includes('once')), ['once', 'opening / once']);
  assert.equal((await locked.entries()).length, 4);
});

test('words for a record that is not here yet stay readable, and join later', async () => {
  const { world, locked } = await lockedInAnInterview();
  const place = { ...await openPlace(locked.tablet), record: world.random.uuid4() };
  await writeLocked(locked.tablet, box(world), place, { text: 'early' });
  await locked.unlocks(ANN);

  const result = await joinLockedWords(locked.tablet, locked.replica, locked.keys, addLine);

  assert.deepEqual([result.joined, result.left], [0, 1]);
  assert.ok(locked.texts().includes('early'));
});

test('nothing written while locked can be read while locked', async () => {
  const { world, locked } = await lockedInAnInterview();
  await writeLocked(locked.tablet, box(world), await openPlace(locked.tablet), { text: 'while locked' });

  locked.tablet.carry.forget();

  for (const { carry } of await locked.entries()) assert.equal(locked.tablet.carry.inMemory(carry), undefined);
});

test('a wrong passphrase opens nothing and is an answer, not a failure; a changed one opens the same keys', async () => {
  const { random } = new World();
  const { seededKeyMaking } = await import('../../../sync/simulator/seeded.js');
  const kek = (byte) => new Uint8Array(32).fill(byte);
  const { row } = await makePersonKeys(ANN, { random, keyMaking: seededKeyMaking(random) }, { way: 'passphrase', parameters: { t: 3 }, kek: kek(1) });

  const wrong = await unlockPersonKeys(row, 'passphrase', kek(2));
  const changed = await addUnlocking(row, { way: 'passphrase', kek: kek(1) }, { way: 'passphrase', parameters: { t: 4 }, kek: kek(3) }, random.bytes(12));
  const further = await addUnlocking(changed, { way: 'passphrase', kek: kek(3) }, { way: 'passkey', parameters: {}, kek: kek(4) }, random.bytes(12));

  assert.equal(wrong, null);
  assert.equal(await unlockPersonKeys(changed, 'passphrase', kek(1)), null);
  assert.equal((await unlockPersonKeys(further, 'passkey', kek(4))).person, ANN);
  assert.equal((await unlockPersonKeys(further, 'passphrase', kek(3))).person, ANN);
  assert.deepEqual(further.wraps.map(({ way }) => way), ['passphrase', 'passkey']);
});
