/**
 * The simulator's cryptography is that of the platform: what one of them seals, the other opens, and both refuse the same.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makePersonKeys, unlockPersonKeys } from '../../../sync/tablet/keys.js';
import { sha256, toUtf8 } from '../../../sync/tablet/bytes.js';
import { aesKey, ingestInfo, NotOpened, open, seal, unwrapCarryKey, wrapCarryKey } from '../../../sync/tablet/seal.js';
import { seededKeyMaking, seededRandom } from '../../../sync/simulator/seeded.js';

const NAMES = ['importKey', 'exportKey', 'encrypt', 'decrypt', 'digest', 'deriveBits', 'deriveKey'];
const found = () => Object.fromEntries(NAMES.map((name) => [name, crypto.subtle[name].bind(crypto.subtle)]));
const platform = found();
await import('../../../sync/simulator/crypto_at_once.js');
const atOnce = found();

const PERSON = '0b7a1b52-7d86-4c0e-a6a5-6c1f4d4ad0c1';
const CARRY = '5d0a6a86-4b86-4c19-8e63-6a3a2b1f1d01';
const KEK = new Uint8Array(32).fill(7);
const WORDS = toUtf8('They said nobody had asked: café, 🚌');

/** Do something with one of the two. */
const by = (which, deed) => {
  Object.assign(crypto.subtle, which);
  return deed();
};

for (const [name, writer, reader] of [['at once', atOnce, platform], ['by the platform', platform, atOnce]]) {
  test(`what was sealed ${name} is opened by the other, and changed bytes by neither`, async () => {
    const random = seededRandom(name);
    const sealed = await by(writer, async () => seal(await aesKey(KEK), random.bytes(12), toUtf8('header'), WORDS));

    for (const which of [reader, writer]) {
      await by(which, async () => {
        assert.deepEqual(await open(await aesKey(KEK), toUtf8('header'), sealed), WORDS);
        await assert.rejects(open(await aesKey(KEK), toUtf8('Header'), sealed), NotOpened);
        await assert.rejects(open(await aesKey(KEK), toUtf8('header'), sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte))), NotOpened);
      });
    }
  });

  test(`keys that were made and wrapped ${name} serve the other`, async () => {
    const random = seededRandom(name);
    const ports = { random, keyMaking: seededKeyMaking(random) };
    const carryKey = random.bytes(32);
    const unlocking = { way: 'passphrase', parameters: {}, kek: KEK };
    const [row, wrap, office] = await by(writer, async () => {
      const made = await makePersonKeys(PERSON, ports, unlocking);
      const to = await ports.keyMaking.pair();
      const ephemeral = await ports.keyMaking.pair();
      const how = { carryKey, id: CARRY, to: to.public, info: ingestInfo('evidence'), ephemeral, nonce: random.bytes(12) };
      return [made.row, await wrapCarryKey(how), { public: to.public, made: how }];
    });

    const other = await by(reader, () => unlockPersonKeys(row, 'passphrase', KEK));
    const again = await by(reader, async () => {
      const ephemeral = await seededKeyMaking(seededRandom('other')).pair();
      const to = Uint8Array.from(Buffer.from(row.public, 'base64'));
      return wrapCarryKey({ ...office.made, to, ephemeral });
    });

    assert.notEqual(other, null);
    assert.equal(await by(writer, async () => unlockPersonKeys({ ...row, person: CARRY }, 'passphrase', KEK)), null);
    assert.deepEqual(await by(reader, () => unwrapCarryKey(other.privateKey, again, CARRY, ingestInfo('evidence'))), carryKey);
    const own = await by(writer, () => unlockPersonKeys(row, 'passphrase', KEK));
    assert.deepEqual(await by(writer, () => unwrapCarryKey(own.privateKey, again, CARRY, ingestInfo('evidence'))), carryKey);
    for (const [which, key] of [[reader, other], [writer, own]]) {
      // Wrapped to somebody else, and to bytes that are no point of the curve.
      await assert.rejects(by(which, () => unwrapCarryKey(key.privateKey, wrap, CARRY, ingestInfo('evidence'))), NotOpened);
      const nowhere = { ...again, ephemeral: Buffer.from([4, ...new Uint8Array(64).fill(9)]).toString('base64') };
      await assert.rejects(by(which, () => unwrapCarryKey(key.privateKey, nowhere, CARRY, ingestInfo('evidence'))), NotOpened);
    }
  });
}

test('a hash is the same by both', async () => {
  assert.equal(await by(atOnce, () => sha256(WORDS)), await by(platform, () => sha256(WORDS)));
});
