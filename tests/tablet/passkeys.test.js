/** Ways to unlock, as the tablet answers: who may add one, what becomes of what a passkey gave, and what is said when it gave nothing. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { waysPage } from '../../static/tablet/pages/passkeys.js';
import { create, draft, leave, remove, show } from '../../static/tablet/passkeys.js';
import { tryPassphrase } from '../../static/tablet/passphrases.js';
import { unlockWithPasskey } from '../../static/tablet/unlocking.js';
import { personRow } from '../../sync/tablet/kept_keys.js';
import { unlockPersonKeys } from '../../sync/tablet/keys.js';
import { passkeyKek, passkeyOf } from '../../sync/tablet/passkey.js';
import { ANN, World } from '../sync/tablet/world.js';

const KEK = () => new Uint8Array(32).fill(7);
const OUTPUT = () => new Uint8Array(32).fill(9);

/** Ann has unlocked, and gave her passphrase a moment ago. */
async function unlocked({ proven = KEK(), adds = true } = {}) {
  const world = new World();
  const tab = await world.enrolled();
  const session = {
    person: ANN, name: 'Ann', proven,
    forgetProven() { this.proven?.fill(0); this.proven = null; },
  };
  const enrolment = { person: ANN, name: 'Ann' };
  const application = {
    tablet: tab.tablet, session, enrolment, passkeys: { asks: true, adds }, lockedAfter_minutes: null, person: () => ANN, taking: new Set(),
  };
  return { tab, session, application, row: () => personRow(tab.storage, ANN) };
}

function request(page, { output = OUTPUT(), ...told } = {}) {
  const form = new FormData();
  const { salt, credential } = page.passkey ?? page.sealed.passkey;
  for (const [name, value] of Object.entries({ salt, credential: credential || 'AAEC', transport: 'internal', ...told })) form.append(name, value);
  return { form, passkeyOutput: output };
}

async function added() {
  const world = await unlocked();
  const { page } = await draft(world.application);
  const asked = request(page);
  return { ...world, asked, shown: await create(world.application, asked) };
}

test('a passkey is added beside the passphrase, and what it gave is wiped, as is what the passphrase gave', async () => {
  const { session, application, asked, shown, row } = await added();

  const kept = await row();
  assert.match(shown.page.notices[0].words, /You can now unlock this tablet/);
  assert.deepEqual(kept.wraps.map(({ way }) => way), ['passphrase', 'passkey']);
  assert.equal((await unlockPersonKeys(kept, 'passkey', await passkeyKek(OUTPUT(), passkeyOf(kept).salt))).person, ANN);
  assert.deepEqual(asked.passkeyOutput, new Uint8Array(32));
  assert.equal(session.proven, null);
  assert.deepEqual((await draft(application)).seeOther, '/tablet/passkeys');
});

test('without the passphrase nothing is added: it is asked for first', async () => {
  const { application, row } = await unlocked({ proven: null });
  const asking = await draft(application);

  const said = await create(application, { form: new FormData(), passkeyOutput: OUTPUT() });

  assert.equal(asking.page.passkey, '');
  assert.equal(asking.page.passphrase.label, 'Your passphrase');
  assert.deepEqual(said, { seeOther: '/tablet/passkeys/new' });
  assert.deepEqual((await row()).wraps.map(({ way }) => way), ['passphrase']);
});

test('"Not now" forgets what the passphrase gave', async () => {
  const { application, session } = await unlocked();
  const { proven } = session;

  await leave(application);

  assert.deepEqual([session.proven, [...proven].every((byte) => byte === 0)], [null, true]);
});

test('a tablet that cannot add one offers none, and says so', async () => {
  const { application } = await unlocked({ adds: false });

  assert.deepEqual(await draft(application), { seeOther: '/tablet/passkeys' });
  const { page } = await show(application);
  assert.deepEqual([page.add_href, page.remove], ['', '']);
  assert.match(page.standing, /cannot be used in this way/);
});

for (const [outcome, words] of [['refused', /You cancelled/], ['no_secret', /cannot open notes with it/], ['unusable', /could not ask/], ['a word of the future', /could not ask/]]) {
  test(`nothing is added, and why is said: ${outcome}`, async () => {
    const { application, row } = await unlocked();
    const { page } = await draft(application);

    const shown = await create(application, request(page, { output: null, outcome }));

    assert.equal(shown.status, 422);
    assert.match(shown.page.passkey.more, words);
    assert.match(shown.page.problems[0].words, /^Nothing was added/);
    assert.deepEqual((await row()).wraps.map(({ way }) => way), ['passphrase']);
  });
}

for (const [what, told] of [['too few bytes', { output: new Uint8Array(16) }], ['a salt that is none', { salt: 'AAEC' }]]) {
  test(`what cannot be right is not kept: ${what}`, async () => {
    const { application, row } = await unlocked();
    const { page } = await draft(application);

    const shown = await create(application, request(page, told));

    assert.equal(shown.status, 422);
    assert.deepEqual((await row()).wraps.map(({ way }) => way), ['passphrase']);
  });
}

test('removing it leaves the passphrase, and twice is as once', async () => {
  const { application, row } = await added();

  const first = await remove(application);
  const second = await remove(application);

  assert.match(first.page.notices[0].words, /^Removed/);
  assert.deepEqual(second, { seeOther: '/tablet/passkeys' });
  assert.deepEqual((await row()).wraps.map(({ way }) => way), ['passphrase']);
});

for (const [what, told, words] of [
  ['cancelled', { output: null, outcome: 'refused' }, /You cancelled/],
  ['no bytes', { output: null, outcome: 'no_secret' }, /gave nothing that opens/],
  ['other bytes', { output: new Uint8Array(32).fill(1) }, /does not open your notes/],
]) {
  test(`the tablet stays locked, says why, and counts no try: ${what}`, async () => {
    const { application, tab, row } = await added();
    application.session = null;
    const { credential } = passkeyOf(await row());

    for (let time = 0; time < 5; time += 1) {
      const shown = await unlockWithPasskey(application, request({ passkey: { salt: '', credential } }, told));
      assert.equal(shown.status, 422);
      assert.match(shown.page.sealed.passkey.more, words);
    }

    assert.equal(await tab.storage.read('marks', `wrong_passphrases:${ANN}`), undefined);
    assert.equal((await row()).wraps.length, 2);
  });
}

test('words that were handed over a moment ago are kept before anything is read: a passkey opens quicker than a disk saves', async () => {
  const { application, row } = await added();
  const { credential } = passkeyOf(await row());
  const order = [];
  application.session = null;
  application.taking.add({ then: (kept) => { order.push('kept'); kept(); } });
  application.enrolment = { person: ANN, name: 'Ann', get reading_token() { order.push('read'); throw new Error('far enough'); } };

  await assert.rejects(unlockWithPasskey(application, request({ passkey: { salt: '', credential } })), /far enough/);

  assert.deepEqual(order, ['kept', 'read']);
});

test('an answer for somebody who is no longer the one at the tablet opens nothing and says nothing', async () => {
  const { application } = await added();
  application.session = null;

  const shown = await unlockWithPasskey(application, request({ passkey: { salt: '', credential: 'BBBB' } }));

  assert.deepEqual([shown.status, shown.page.problems], [200, []]);
});

test('where the browser has no passkeys the locked page has no button', async () => {
  const { application } = await added();
  application.session = null;
  application.passkeys.asks = false;

  const shown = await unlockWithPasskey(application, request({ passkey: { salt: '', credential: 'BBBB' } }));

  assert.equal(shown.page.sealed.passkey, '');
});

test('nothing typed is no wrong passphrase', async () => {
  const { tab } = await unlocked();

  assert.deepEqual(await tryPassphrase(tab.tablet, ANN, '  '), { error: 'Enter your passphrase' });
  assert.equal(await tab.storage.read('marks', `wrong_passphrases:${ANN}`), undefined);
});

test('one that a newer version added is said, and can be removed', () => {
  const page = waysPage({ has: true, passkey: null, adds: true });

  assert.match(page.standing, /A newer version of Fieldwork added it/);
  assert.deepEqual([page.add_href, page.remove.action], ['', '/tablet/passkeys/remove']);
});
