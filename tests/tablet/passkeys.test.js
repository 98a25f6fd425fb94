/** Ways to unlock, as the tablet answers: who may add one, what becomes of what a passkey gave, and what is said when it gave nothing. */
import assert from 'node:assert/strict';
import test, { afterEach } from 'node:test';

import { Application } from '../../static/tablet/application.js';
import { waysPage } from '../../static/tablet/pages/passkeys.js';
import { create, draft, leave, prove, remove, show } from '../../static/tablet/passkeys.js';
import { tryPassphrase } from '../../static/tablet/passphrases.js';
import { stretch } from '../../static/tablet/ports/argon2.js';
import { Router } from '../../static/tablet/router.js';
import { Session } from '../../static/tablet/session.js';
import { unlock, unlockWithPasskey } from '../../static/tablet/unlocking.js';
import { toBase64 } from '../../sync/tablet/bytes.js';
import { personRow } from '../../sync/tablet/kept_keys.js';
import { addUnlocking, unlockPersonKeys } from '../../sync/tablet/keys.js';
import { passkeyKek, passkeyOf } from '../../sync/tablet/passkey.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { ANN, BEN, World } from '../sync/tablet/world.js';

const KEK = () => new Uint8Array(32).fill(7);
const OUTPUT = () => new Uint8Array(32).fill(9);
const PASSPHRASE = 'four words quite apart';
/** As little as Argon2 does: these tests are not about how dear a guess is. */
const QUICK = Object.freeze({ name: 'argon2id', memory_kib: 8, passes: 1, lanes: 1, salt: toBase64(new Uint8Array(16).fill(3)) });

/** What a test opened. @type {Session[]} */
const open = [];
afterEach(() => open.splice(0).forEach((session) => session.close()));

/** Ann has unlocked, and gave her passphrase a moment ago. */
async function unlocked({ proven = KEK(), adds = true } = {}) {
  const world = new World();
  const tab = await world.enrolled();
  const application = new Application(() => {});
  const session = new Session(application, tab.keys, 'Ann', 'token', { close() {} });
  if (proven !== null) session.holdProven(proven);
  open.push(session);
  Object.assign(application, { tablet: tab.tablet, session, enrolment: { person: ANN, name: 'Ann' }, passkeys: { asks: true, adds } });
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
  assert.deepEqual([said.status, said.page.passkey], [422, '']);
  assert.match(said.page.passphrase.error, /^Nothing was added. Enter your passphrase again/);
  assert.deepEqual((await row()).wraps.map(({ way }) => way), ['passphrase']);
});

test('"Not now" forgets what the passphrase gave', async () => {
  const { application, session } = await unlocked();
  const { proven } = session;

  await leave(application);

  assert.deepEqual([session.proven, [...proven].every((byte) => byte === 0)], [null, true]);
});

test('whoever leaves by any other link has left the adding: what the passphrase gave is forgotten', async () => {
  const { application, session } = await unlocked();
  const { proven } = session;
  const asked = [];
  const answers = async () => { asked.push(session.proven !== null); return { seeOther: '/tablet/only-here' }; };
  const router = new Router([
    { method: 'GET', path: '/tablet/passkeys/new', handler: answers },
    { method: 'GET', path: '/tablet/only-here', handler: async () => { asked.push(session.proven !== null); throw new Error('far enough'); } },
  ]);
  application.note = () => {};

  await router.answer(application, { method: 'GET', url: 'http://localhost/tablet/passkeys/new', headers: {}, entries: null });

  assert.deepEqual([asked, session.proven, [...proven].every((byte) => byte === 0)], [[true, false], null, true]);
});

test('what the passphrase gave is forgotten after two minutes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { session } = await unlocked();
  const { proven } = session;

  t.mock.timers.tick(119_000);
  const before = session.proven;
  t.mock.timers.tick(1_000);

  assert.equal(before, proven);
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

/** Ann's passphrase is one that can be typed. */
async function unlockedByTyping() {
  const world = await unlocked({ proven: null });
  const row = await addUnlocking(await world.row(), { way: 'passphrase', kek: KEK() }, { way: 'passphrase', parameters: QUICK, kek: await stretch(PASSPHRASE, QUICK) }, new Uint8Array(12).fill(5));
  await world.tab.storage.commit([{ store: 'marks', key: `person:${ANN}`, put: row }]);
  return world;
}

/** A passkey is added, with the passphrase asked for first. */
async function addedByTyping() {
  const world = await unlockedByTyping();
  await prove(world.application, typed(PASSPHRASE));
  const { page } = await draft(world.application);
  await create(world.application, request(page));
  return world;
}

function typed(passphrase) {
  const form = new FormData();
  form.append('passphrase', passphrase);
  return { form, passkeyOutput: null };
}

test('removing it leaves the passphrase, and twice is as once', async () => {
  const { application, row } = await addedByTyping();

  const first = await remove(application, typed(PASSPHRASE));
  const second = await remove(application, typed(''));

  assert.match(first.page.notices[0].words, /^Removed/);
  assert.deepEqual(second, { seeOther: '/tablet/passkeys' });
  assert.deepEqual((await row()).wraps.map(({ way }) => way), ['passphrase']);
});

for (const [what, passphrase, words] of [['none', '', /^Enter your passphrase/], ['a wrong one', 'not that', /^That is not the passphrase/]]) {
  test(`without the passphrase it is not removed: ${what}`, async () => {
    const { application, row } = await addedByTyping();

    const shown = await remove(application, typed(passphrase));

    assert.deepEqual([shown.status, shown.at], [422, '/tablet/passkeys']);
    assert.match(shown.page.problems[0].words, words);
    assert.match(shown.page.remove.passphrase.error, words);
    assert.deepEqual((await row()).wraps.map(({ way }) => way), ['passphrase', 'passkey']);
  });
}

test('a removal that another tab forestalled is no success: the passkey still stands, and must stay in the list of the tablet', async () => {
  const { application, tab, row } = await addedByTyping();
  const { commit } = tab.storage;
  tab.storage.commit = async (changes, options) => (options?.check ? 'moved' : commit.call(tab.storage, changes, options));

  const shown = await remove(application, typed(PASSPHRASE));

  assert.equal(shown.status, 409);
  assert.equal(shown.page.notices[0].lead, 'Nothing was changed.');
  assert.deepEqual((await row()).wraps.map(({ way }) => way), ['passphrase', 'passkey']);
});

test('a passphrase that was damaged on the disk keeps the passkey: it is the only way in', async () => {
  const { application, tab, row } = await addedByTyping();
  const [passphrase, passkey] = (await row()).wraps;
  const spoilt = { ...passphrase, keys: `${passphrase.keys.slice(0, -8)}AAAAAAA=` };
  await tab.storage.commit([{ store: 'marks', key: `person:${ANN}`, put: { ...(await row()), wraps: [spoilt, passkey] } }]);

  const shown = await remove(application, typed(PASSPHRASE));

  assert.equal(shown.status, 422);
  assert.equal((await unlockPersonKeys(await row(), 'passkey', await passkeyKek(OUTPUT(), passkeyOf(await row()).salt))).person, ANN);
});

test('the passkey answers while the passphrase is being stretched: the tablet is entered once', async () => {
  const { application, row } = await addedByTyping();
  const { credential } = passkeyOf(await row());
  application.session.close();
  application.session = null;
  let entered = 0;
  let atTheDoor = 0;
  let goOn = () => {};
  const { once } = application;
  application.once = (key, work) => { atTheDoor += 1; return once.call(application, key, work); };
  application.taking.add(new Promise((resolve) => { goOn = resolve; }));
  application.enrolment = { person: ANN, name: 'Ann', get reading_token() { entered += 1; throw new Error('far enough'); } };

  const both = Promise.allSettled([
    unlockWithPasskey(application, request({ passkey: { salt: '', credential } })), unlock(application, typed(PASSPHRASE)),
  ]);
  while (atTheDoor < 2) await new Promise(setImmediate);
  goOn();
  const ended = await both;

  assert.deepEqual([entered, ended.map(({ reason }) => reason.message)], [1, ['far enough', 'far enough']]);
});

test('somebody else is chosen while a passphrase is being stretched: they do not find the tablet open', async () => {
  const { application } = await addedByTyping();
  application.session.close();
  application.session = null;

  const under_way = unlock(application, typed(PASSPHRASE));
  application.enrolment = { person: BEN, name: 'Ben' };
  const said = await under_way;

  assert.deepEqual([said.at, said.status, application.session], ['/tablet/unlock', 200, null]);
});

test('a session that takes the place of another closes it', async () => {
  const { application, session } = await unlocked();
  application.flusher = { wake() {} };
  application.idleLock = { begin() {} };
  const { proven } = session;

  await application.unlocked(new Session(application, session.keys, 'Ann', 'token', { close() {} }), application.enrolment);

  assert.deepEqual([session.proven, [...proven].every((byte) => byte === 0)], [null, true]);
});

test('a passphrase that was typed before the passkey opened opens nothing a second time', async () => {
  const { application, session } = await addedByTyping();

  const said = await unlock(application, typed(PASSPHRASE));

  assert.deepEqual(said, { seeOther: '/tablet/' });
  assert.equal(application.session, session);
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

test('DUR-03: on a tablet without a byte of room a wrong passphrase is called wrong, and the right one opens', async () => {
  const { tab } = await unlockedByTyping();
  tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'the tablet is full'); };

  const wrong = await tryPassphrase(tab.tablet, ANN, 'four other words here');
  const right = await tryPassphrase(tab.tablet, ANN, PASSPHRASE);

  assert.match(wrong.error, /^That is not the passphrase\. Nothing has been deleted/);
  assert.equal(right.keys.person, ANN);
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
