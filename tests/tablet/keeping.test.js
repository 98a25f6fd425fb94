/** How well a browser keeps what is stored, what is said of it, and what becomes of words that find no room (DUR-03, DUR-11 to DUR-13). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { create as createActivity, draft as draftActivity } from '../../static/tablet/activities.js';
import { Application } from '../../static/tablet/application.js';
import { create as createBlock } from '../../static/tablet/blocks.js';
import { ask, enrol } from '../../static/tablet/enrolment.js';
import { LEAST_QUOTA_BYTES, mustMove, refused, refusedHere, UNKNOWN_WINDOW } from '../../static/tablet/keeping.js';
import { notStarted } from '../../static/tablet/not_started.js';
import { standingWords } from '../../static/tablet/pages/keeping.js';
import { forgetTries } from '../../static/tablet/passphrases.js';
import { persisted } from '../../static/tablet/ports/persistence.js';
import { room } from '../../static/tablet/ports/reserve.js';
import { Reserving } from '../../static/tablet/reserving.js';
import { NotSaved } from '../../static/tablet/not_saved.js';
import { NOT_SAVED, Router } from '../../static/tablet/router.js';
import { ROUTES } from '../../static/tablet/routes.js';
import { stateOfSaving, STATES } from '../../static/tablet/states.js';
import { notSaved } from '../../sync/tablet/saved.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { addSaved } from '../../sync/tablet/replica.js';
import { SLICE_BYTES } from '../../sync/tablet/reserve.js';
import { ANN, VISIT, World } from '../sync/tablet/world.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';
const IN_SAFARI = { apple: true, installed: false, mustBeInstalled: true };
const nothing = { promised: true, window: UNKNOWN_WINDOW, nearlyFull: false };

/** A browser in which `navigator.storage` is this. */
function withStorage(t, storage) {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { storage }, configurable: true });
  t.after(() => {
    if (before === undefined) delete globalThis.navigator;
    else Object.defineProperty(globalThis, 'navigator', before);
  });
}

const REFUSING = { persisted: async () => { throw new TypeError('not here'); }, estimate: async () => { throw new DOMException('no', 'SecurityError'); } };
for (const [name, storage] of Object.entries({ missing: undefined, 'without its functions': {}, refusing: REFUSING })) {
  test(`DUR-11: navigator.storage ${name} promises nothing, says nothing of room, and throws nothing`, async (t) => {
    withStorage(t, storage);

    assert.deepEqual([await persisted(), await room()], [null, null]);
  });
}

test('DUR-11: a browser that promises to keep notes needs no sentence; every other has one, and only one about deleting', () => {
  assert.equal(standingWords(nothing), '');
  assert.equal(standingWords({ ...nothing, window: { ...IN_SAFARI, installed: true } }), '');
  for (const promised of [false, null]) assert.match(standingWords({ ...nothing, promised }), /^This tablet may delete notes when it runs out of space\. Send often\.$/);
  assert.match(standingWords({ ...nothing, promised: null, window: IN_SAFARI }), /^This tablet may delete notes after a week [^.]*\. Send often\.$/);
  assert.match(standingWords({ ...nothing, nearlyFull: true }), /^This tablet is almost full\. Make room/);
});

test('DUR-12: only WebKit in a window has to move, and only where the organisation wants it', () => {
  assert.equal(mustMove(IN_SAFARI), true);
  for (const other of [{ apple: false }, { installed: true }, { mustBeInstalled: false }]) assert.equal(mustMove({ ...IN_SAFARI, ...other }), false);
});

/** Somebody's tablet, or one that is not set up yet, in this window. */
async function inWindow(window, { enrolled = false, writes = 0 } = {}) {
  const world = new World();
  const tab = await world.enrolled();
  for (let each = 0; each < writes; each += 1) await tab.writes({ text: `note ${each}` });
  return { tab, application: { window, tablet: tab.tablet, enrolment: enrolled ? {} : null } };
}

test('DUR-12: a window that is sent to the Home Screen and holds what is not at the office says to send first, and lets it go', async () => {
  const { tab, application } = await inWindow(IN_SAFARI, { enrolled: true, writes: 2 });

  const full = (await refused(application, 'not_installed')).page;
  await tab.pushesAll();
  const sent = (await refused(application, 'not_installed')).page;

  assert.match(full.steps[0], /^Send first, from this window: touch “Send now”/);
  assert.deepEqual(full.waiting, {
    words: '2 changes are in this window only. They do not come along to another window.', send_action: '/tablet/only-here', copy_action: '/tablet/sealed-copy',
  });
  assert.deepEqual([sent.steps[0], sent.waiting], ['Touch “Share”, then “Add to Home Screen”.', '']);
});

test('DUR-12: a window that is not set up any more and holds something says to save a copy, which it makes, and never that nothing is lost', async () => {
  const { application } = await inWindow(UNKNOWN_WINDOW, { writes: 1 });
  const real = Object.assign(new Application(() => {}), { tablet: application.tablet });
  const router = new Router(ROUTES);

  const { page } = await refusedHere(application, async () => ({ quota_bytes: 1, used_bytes: 0 }));
  const there = (method, path) => real.diversion(router.routes.find((route) => route.method === method && route.path === path), path);

  assert.match(page.steps[0], /^Save a sealed copy first/);
  assert.deepEqual([page.waiting.send_action, page.waiting.copy_action], ['', '/tablet/sealed-copy']);
  assert.doesNotMatch(page.sentences.join(' '), /nothing is lost/);
  assert.deepEqual([there('POST', '/tablet/sealed-copy'), there('GET', '/tablet/sealed-copy'), there('GET', '/tablet/')], [null, null, '/tablet/enrol']);
});

test('DUR-13: a window with a draft in it is not told that nothing has been written there', async () => {
  const { tab, application } = await inWindow(UNKNOWN_WINDOW);
  const sentences = async () => (await refused(application, 'not_kept')).page.sentences.join(' ');
  const before = await sentences();
  await tab.tablet.storage.commit([{ store: 'drafts', key: [ANN, 'a place'], put: { schema: 1 } }]);

  const after = await sentences();

  assert.match(before, /Nothing has been written here, so nothing is lost\./);
  assert.doesNotMatch(after, /nothing is lost/);
  assert.match(after, /1 draft that is not finished is in this window/);
});

test('DUR-13: only a quota that is said to be small refuses a window', async () => {
  const { application } = await inWindow(UNKNOWN_WINDOW);
  const refused = async (said) => (await refusedHere(application, async () => said))?.page.title ?? null;

  assert.equal(await refused({ quota_bytes: LEAST_QUOTA_BYTES - 1, used_bytes: 0 }), 'This window does not keep notes');
  assert.deepEqual([await refused({ quota_bytes: LEAST_QUOTA_BYTES, used_bytes: 0 }), await refused(null)], [null, null]);
  assert.equal((await refusedHere({ ...application, window: IN_SAFARI }, async () => null)).page.title, 'Put Fieldwork on the Home Screen first');
});

test('DUR-03: the words for a full tablet say so, and never that anything is saved that is not', () => {
  assert.deepEqual(stateOfSaving(notSaved('nothing_saved', 'quota')), STATES.full);
  assert.deepEqual(stateOfSaving(notSaved('nothing_saved', 'failed')), STATES.failed);
  assert.deepEqual(stateOfSaving({ ...notSaved('database_failed', 'quota'), saved: 'once' }), STATES.fullOnce);
  assert.deepEqual(stateOfSaving({ ...notSaved('second_copy_failed', 'quota'), saved: 'once' }), STATES.fullOnce);
  for (const state of [STATES.full, STATES.failed]) assert.match(state.words, /^Not saved\. .*Copy your words/);
});

test('DUR-03: what was not saved takes no page from the screen', async () => {
  const noted = [];
  const handler = async () => { throw new NotSaved(STATES.full); };
  const router = new Router([{ method: 'POST', path: '/tablet/blocks/:block', handler }]);
  const application = { diversion: () => null, session: null, note: (fault) => noted.push(fault) };

  const answer = await router.answer(application, { method: 'POST', url: 'http://office/tablet/blocks/1', headers: { 'HX-Request': 'true' }, entries: [['text', 'words']] });

  assert.deepEqual([answer.status, JSON.parse(answer.body)], [NOT_SAVED, STATES.full]);
  assert.equal(noted.length, 1);
});

/** Ann at a visit of hers, in a window that has to move; `begun` when she has written there before. */
async function inAWindow({ begun: wasBegun }) {
  const world = new World();
  const tab = await world.enrolled();
  const application = new Application(() => {});
  const session = { person: ANN, name: 'Ann', replica: tab.replica, seeOwn: (saved) => addSaved(tab.tablet, tab.keys, tab.replica, saved), close() {} };
  Object.assign(application, { tablet: tab.tablet, session, window: IN_SAFARI, flusher: { wake() {} }, note() {} });
  const visit = tab.intention({ letter: 'A' }, { record_type: 'visit', record: VISIT.slice('visit:'.length) });
  const given = [visit, tab.intention({ person: ANN, visit: visit.record, name: 'Ann', ended_at: null }, { record_type: 'assignment' })];
  if (wasBegun) given.push(tab.intention({ ref: 'A-01', status: 'draft' }, { record_type: 'evidence', record: EVIDENCE }));
  await session.seeOwn((await tab.saves(given)).operations);
  return { tab, application, session, asked: { params: { visit: visit.record, evidence: EVIDENCE }, form: new FormData() } };
}

test('DUR-12: no form begins a visit in a window that has to move, and one that was begun goes on', async () => {
  const fresh = await inAWindow({ begun: false });
  const old = await inAWindow({ begun: true });

  const refused = [await draftActivity(fresh.application, fresh.asked), await createActivity(fresh.application, fresh.asked)];
  const goesOn = await createActivity(old.application, old.asked);

  assert.deepEqual(refused.map(({ status, template }) => [status, template]), [[403, 'enrolment/refused.html'], [403, 'enrolment/refused.html']]);
  assert.deepEqual([goesOn.status, goesOn.template], [422, 'activities/draft.html']);
});

test('DUR-12: a window that has to move is set up by no form either', async () => {
  const form = new FormData();
  form.set('code', '7KQ2-M4XD-9RTB');
  const { tablet } = (await inAWindow({ begun: false })).application;
  const application = { enrolment: null, window: IN_SAFARI, tablet };

  const answers = [await ask(application), await enrol(application, { params: {}, form })];

  assert.deepEqual(answers.map(({ status, page }) => [status, page.title]), Array(2).fill([403, 'Put Fieldwork on the Home Screen first']));
});

test('DUR-03: a tablet without a byte of room keeps nobody out', async () => {
  const { tab, application, session } = await inAWindow({ begun: true });
  application.idleLock = { begin() {} };
  tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'the tablet is full'); };

  await forgetTries(tab.tablet, ANN);
  await application.unlocked(session, { person: ANN, name: 'Ann' });

  assert.equal(application.session, session);
});

test('DUR-03: a form whose words found no room is not answered by another page', async () => {
  const { tab, application, asked } = await inAWindow({ begun: true });
  application.enrolment = { person: ANN };
  tab.device.unsent.fault = { kind: 'quota', commits: Infinity };
  tab.device.files.fault = { kind: 'quota', writes: Infinity };
  asked.form.set('text', 'The meals had stopped.');

  await assert.rejects(createBlock(application, asked), (problem) => problem instanceof NotSaved && problem.state === STATES.full);
});

/** Time that is let pass by hand. */
class Timing {
  now = 0;

  planned = [];

  now_ms = () => this.now;

  later = (wait_ms, call) => {
    const one = { at: this.now + wait_ms, call };
    this.planned.push(one);
    return () => { this.planned = this.planned.filter((other) => other !== one); };
  };

  async passes(milliseconds) {
    const until = this.now + milliseconds;
    for (;;) {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const [next] = this.planned.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.planned = this.planned.filter((other) => other !== next);
      this.now = Math.max(this.now, next.at);
      next.call();
    }
    this.now = until;
  }
}

/** A reserve of this many slices, behind a start. */
function begun(quota_bytes = 1e10) {
  const disk = { laid: 0, quota_bytes, used_bytes: 0 };
  const reserve = {
    held: async () => disk.laid, lay: async () => { disk.laid += 1; }, drop: async () => { disk.laid = 0; },
    room: async () => ({ quota_bytes: disk.quota_bytes, used_bytes: disk.used_bytes }),
  };
  const timing = new Timing();
  const typing = { left_ms: 0 };
  const application = { note: (fault) => { throw fault; }, flusher: { pauseLeft_ms: () => typing.left_ms } };
  const reserving = new Reserving(application, { open: async () => reserve, timing });
  reserving.start();
  return { disk, timing, reserving, typing };
}

test('the reserve is laid behind the start, slice by slice, and stays', async () => {
  const { disk, timing } = begun();

  await timing.passes(9_000);
  const atStart = disk.laid;
  await timing.passes(60_000);

  assert.deepEqual([atStart, disk.laid], [0, 20]);
});

test('nobody waits at the keys for a slice', async () => {
  const { disk, timing, typing } = begun();
  typing.left_ms = 1_000;

  await timing.passes(19_000);

  assert.equal(disk.laid, 0);
});

test('a tablet is said to be almost full from the moment the reserve is given up until it stands again', async () => {
  const { disk, timing, reserving } = begun(40 * SLICE_BYTES);
  await timing.passes(60_000);
  disk.used_bytes = disk.quota_bytes;

  await reserving.port.drop();
  await timing.passes(600_000);
  const full = [reserving.nearlyFull, disk.laid];
  disk.used_bytes = 0;
  await timing.passes(600_000);

  assert.deepEqual(full, [true, 0]);
  assert.deepEqual([reserving.nearlyFull, disk.laid], [false, 4]);
});

test('a worker that could not start answers in words, and says of typed words that they are not saved', () => {
  const full = new StorageProblem('quota');
  const asked = { request: { url: 'http://office/tablet/', headers: { 'HX-Request': 'true', 'HX-Request-Type': 'full' } } };

  assert.match(notStarted(asked, full).body, /^<!DOCTYPE html>.*This tablet is full\. Make room.*It has deleted nothing\./s);
  assert.match(notStarted({ request: { ...asked.request, headers: { 'HX-Request': 'true' } } }, new Error('x')).body, /^<main .*tell the office/s);
  assert.deepEqual(notStarted({ typed: { base: ['a'] } }, full), { state: STATES.full, base: ['a'], operation: null });
  assert.equal(notStarted({ used: true }, full), null);
});
