/**
 * A passkey wraps what the passphrase wraps: added, removed, damaged, and brought back from the second copy.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { fromBase64, fromHex, fromUtf8, toHex, toUtf8 } from '../../../sync/tablet/bytes.js';
import { readFrames } from '../../../sync/tablet/journal.js';
import { addUnlocking, laterRow, makePersonKeys, unlockPersonKeys, withoutUnlocking } from '../../../sync/tablet/keys.js';
import { changePerson, personRow } from '../../../sync/tablet/kept_keys.js';
import { passkeyKek, passkeyOf, passkeyParameters } from '../../../sync/tablet/passkey.js';
import { StorageProblem } from '../../../sync/tablet/ports.js';
import { open, unwrapCarryKey } from '../../../sync/tablet/seal.js';
import { ANN, World } from './world.js';

const vectors = JSON.parse(readFileSync(new URL('../../../sync/vectors/person_keys.json', import.meta.url), 'utf8'));
const KEK = new Uint8Array(32).fill(7);
const OUTPUT = new Uint8Array(32).fill(9);
const SALT = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const PARAMETERS = passkeyParameters({ credential: 'AAEC', transports: ['internal'], salt: SALT, added_at: '2025-02-11T10:05:00.000Z' });

/** Ann's tablet, with a passkey added after the enrolment. */
async function withPasskey() {
  const world = new World();
  const tab = await world.enrolled();
  const before = await personRow(tab.storage, ANN);
  const after = await withOne(before, world);
  const kept = await changePerson(tab.tablet, before, after);
  return { world, tab, before, after, kept };
}

const withOne = async (row, world, parameters = PARAMETERS) =>
  addUnlocking(row, { way: 'passphrase', kek: KEK }, { way: 'passkey', parameters, kek: await passkeyKek(OUTPUT, SALT) }, world.random.bytes(12));

const opensWithBoth = async (row) => [
  (await unlockPersonKeys(row, 'passphrase', KEK))?.person,
  (await unlockPersonKeys(row, 'passkey', await passkeyKek(OUTPUT, SALT)))?.person,
];

/** How often the second copy holds these wrapped keys. */
const copies = (tab, keys) => [...tab.device.files.files.values()].flatMap(({ written }) => readFrames(written).frames)
  .filter(({ facts }) => facts.kind === 'keys' && JSON.stringify(facts.marks).includes(keys)).length;

for (const { name, output, salt, kek } of vectors.passkeys) {
  test(`what a passkey gives becomes the same key as elsewhere: ${name}`, async () => {
    assert.equal(toHex(await passkeyKek(fromHex(output), salt)), kek);
  });
}

test('a row that was wrapped elsewhere opens with the passkey and with the passphrase, and its keys open what they must', async () => {
  const { row, output, passphrase_kek, pulled, carried } = vectors.opens;

  const ways = [
    await unlockPersonKeys(row, 'passkey', await passkeyKek(fromHex(output), passkeyOf(row).salt)),
    await unlockPersonKeys(row, 'passphrase', fromHex(passphrase_kek)),
  ];

  for (const keys of ways) {
    assert.equal(fromUtf8(await open(keys.pulledKey, toUtf8(pulled.bound), fromBase64(pulled.sealed))), pulled.words);
    assert.equal(toHex(await unwrapCarryKey(keys.privateKey, carried, carried.id, carried.info)), carried.carry_key);
  }
});

for (const { name, row, output } of vectors.opens_not) {
  test(`what does not open is an answer and not a failure: ${name}`, async () => {
    assert.equal(await unlockPersonKeys(row, 'passkey', await passkeyKek(fromHex(output), passkeyOf(row).salt)), null);
  });
}

test('bytes of another length are no answer of a passkey', async () => {
  await assert.rejects(passkeyKek(new Uint8Array(16), SALT), RangeError);
  await assert.rejects(passkeyKek(OUTPUT, 'AAEC'), RangeError);
});

test('a passkey that a newer release wrote is not asked for, and the passphrase opens', async () => {
  const { world, before } = await withPasskey();

  const newer = await withOne(before, world, { ...PARAMETERS, format: 2 });

  assert.equal(passkeyOf(newer), null);
  assert.equal((await unlockPersonKeys(newer, 'passphrase', KEK)).person, ANN);
});

test('a passkey is kept twice beside the passphrase, and what was written before opens with it', async () => {
  const { tab, kept } = await withPasskey();
  await tab.writes({ text: 'The line.' });

  const row = await personRow(tab.storage, ANN);
  tab.keys = await unlockPersonKeys(row, 'passkey', await passkeyKek(OUTPUT, SALT));
  await tab.reloads();

  assert.equal(kept, 'twice');
  assert.deepEqual(row.wraps.map(({ way }) => way), ['passphrase', 'passkey']);
  assert.deepEqual(await opensWithBoth(row), [ANN, ANN]);
  assert.deepEqual(tab.texts(), ['The line.']);
});

test('a wrong passphrase adds nothing', async () => {
  const { world, before } = await withPasskey();

  const added = await addUnlocking(before, { way: 'passphrase', kek: OUTPUT }, { way: 'passkey', parameters: PARAMETERS, kek: KEK }, world.random.bytes(12));

  assert.equal(added, null);
});

test('a changed passphrase leaves the passkey as it is', async () => {
  const { world, after } = await withPasskey();

  const changed = await addUnlocking(after, { way: 'passphrase', kek: KEK }, { way: 'passphrase', parameters: {}, kek: OUTPUT }, world.random.bytes(12));

  assert.equal((await unlockPersonKeys(changed, 'passkey', await passkeyKek(OUTPUT, SALT))).person, ANN);
  assert.equal((await unlockPersonKeys(changed, 'passphrase', OUTPUT)).person, ANN);
  assert.equal(await unlockPersonKeys(changed, 'passphrase', KEK), null);
});

test('a database that was wiped gets the passkey back from the second copy', async () => {
  const { world, tab, after } = await withPasskey();
  tab.device.kill();
  tab.device.unsent.wipe();

  const next = await world.starts(tab.device);

  assert.deepEqual(await personRow(next.storage, ANN), after);
});

test('a database that went back to before the passkey gets it back from the second copy', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const before = await personRow(tab.storage, ANN);
  const older = tab.device.unsent.copy();
  const after = await withOne(before, world);
  await changePerson(tab.tablet, before, after);
  tab.device.kill();
  tab.device.unsent.putBack(older);

  const next = await world.starts(tab.device);

  const row = await personRow(next.storage, ANN);
  assert.deepEqual(row, after);
  assert.deepEqual(await opensWithBoth(row), [ANN, ANN]);
});

test('a second copy that failed is completed at the next start', async () => {
  const { world, tab, after } = await withPasskey();
  tab.device.kill();
  tab.device.files.wipe();

  const next = await world.starts(tab.device);
  tab.device.kill();
  tab.device.unsent.wipe();
  const last = await world.starts(tab.device);

  assert.equal(next.report.problem, null);
  assert.deepEqual(await personRow(last.storage, ANN), after);
});

test('a passkey that was removed is in neither copy, and does not come back', async () => {
  const { world, tab, after } = await withPasskey();
  const { keys } = after.wraps[1];
  const without = withoutUnlocking(after, 'passkey');
  assert.equal(copies(tab, keys), 1);

  const kept = await changePerson(tab.tablet, after, without);

  assert.equal(kept, 'twice');
  assert.equal(copies(tab, keys), 0);
  tab.device.kill();
  tab.device.unsent.wipe();
  const next = await world.starts(tab.device);
  assert.deepEqual(await personRow(next.storage, ANN), without);
  assert.equal((await unlockPersonKeys(without, 'passphrase', KEK)).person, ANN);
});

test('the power goes before the second copy hears of the removal: the next start removes it there', async () => {
  const { world, tab, after } = await withPasskey();
  const { keys } = after.wraps[1];
  const without = withoutUnlocking(after, 'passkey');
  await tab.storage.commit([{ store: 'marks', key: `person:${ANN}`, put: without }]);
  tab.device.powerLoss();
  assert.equal(copies(tab, keys), 1);

  const next = await world.starts(tab.device);

  assert.deepEqual(await personRow(next.storage, ANN), without);
  assert.equal(copies(tab, keys), 0);
});

/** Ann's row with one byte of what the passphrase wraps changed by the disk. */
const spoilt = (row) => ({ ...row, wraps: row.wraps.map((wrap) => (wrap.way === 'passphrase' ? { ...wrap, keys: `${wrap.keys.slice(0, -8)}AAAAAAA=` } : wrap)) });

test('what the disk changed in the database does not take the place of what the second copy holds: a removal takes the passkey and nothing else', async () => {
  const { tab, after } = await withPasskey();
  const [passphrase, passkey] = after.wraps;
  const held = copies(tab, passphrase.keys);
  const damaged = spoilt(after);
  await tab.storage.commit([{ store: 'marks', key: `person:${ANN}`, put: damaged }]);

  await changePerson(tab.tablet, damaged, withoutUnlocking(damaged, 'passkey'));

  assert.deepEqual([copies(tab, passkey.keys), copies(tab, passphrase.keys)], [0, held]);
});

test('a start that completes a removal takes the passkey and nothing else from the second copy', async () => {
  const { world, tab, after } = await withPasskey();
  const [passphrase, passkey] = after.wraps;
  const held = copies(tab, passphrase.keys);
  await tab.storage.commit([{ store: 'marks', key: `person:${ANN}`, put: withoutUnlocking(spoilt(after), 'passkey') }]);
  tab.device.kill();

  await world.starts(tab.device);

  assert.deepEqual([copies(tab, passkey.keys), copies(tab, passphrase.keys)], [0, held]);
});

test('a changed passphrase takes the place of the old one in the second copy', async () => {
  const { world, tab, after } = await withPasskey();
  const changed = await addUnlocking(after, { way: 'passphrase', kek: KEK }, { way: 'passphrase', parameters: {}, kek: OUTPUT }, world.random.bytes(12));

  await changePerson(tab.tablet, after, changed);

  assert.equal(copies(tab, after.wraps[0].keys), 0);
  assert.ok(copies(tab, changed.wraps.find(({ way }) => way === 'passphrase').keys) > 0);
});

test('a removal that the second copy could not take is made when it can, without another start', async () => {
  const { tab, after } = await withPasskey();
  const { keys } = after.wraps[1];
  const { journal } = tab.tablet;
  const { rewrite } = journal;
  journal.rewrite = async () => { throw new StorageProblem('failed'); };

  const kept = await changePerson(tab.tablet, after, withoutUnlocking(after, 'passkey'));
  const still = await tab.tablet.secondCopy.retry();
  journal.rewrite = rewrite;
  const last = await tab.tablet.secondCopy.retry();

  assert.deepEqual([kept, still instanceof StorageProblem, last], ['once', true, null]);
  assert.equal(copies(tab, keys), 0);
});

test('two tabs that change the ways to unlock at once: one is told to look again, and nothing is lost', async () => {
  const { world, tab, after } = await withPasskey();
  const other = await world.starts(tab.device);
  const without = withoutUnlocking(after, 'passkey');

  const first = await changePerson(tab.tablet, after, without);
  const second = await changePerson(other.tablet, after, await withOne(after, world));

  assert.deepEqual([first, second], ['twice', 'moved']);
  assert.deepEqual(await personRow(tab.storage, ANN), without);
});

test('a row of other keys is no later copy: a person who was set up again is not given the old way back', async () => {
  const { world, tab, after } = await withPasskey();
  const { row: fresh } = await makePersonKeys(ANN, tab.tablet, { way: 'passphrase', parameters: {}, kek: KEK });

  assert.equal(laterRow(fresh, after), fresh);
  assert.equal(laterRow(after, fresh), after);
  await tab.storage.commit([{ store: 'marks', key: `person:${ANN}`, put: fresh }]);
  tab.device.kill();
  const next = await world.starts(tab.device);
  assert.deepEqual(await personRow(next.storage, ANN), fresh);
});
