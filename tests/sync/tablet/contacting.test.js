/**
 * What is still on a tablet alone is known to the office, as counts, for each visit, and never more than that.
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import { contactNow, contactStep } from '../../../sync/tablet/contact.js';
import { keepDraft } from '../../../sync/tablet/drafts.js';
import { settle } from '../../../sync/tablet/overflow.js';
import { StorageProblem } from '../../../sync/tablet/ports.js';
import { ANN, BEN, VISIT, World } from './world.js';

const OTHER_VISIT = 'visit:33333333-3333-4333-8333-333333333334';
const REVIEW = 'review:44444444-4444-4444-8444-444444444444';
const ABOUT = { app_version: 'release-1', persisted: true };
const FIRST = { told: null, due: false };

test('what waits is counted for the tablet and for each visit, with how long the oldest has waited', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'the oldest' });
  const saved_at = (await tab.entries())[0].minted_at;
  world.ticks(3_600_000);
  await tab.writes({ text: 'elsewhere' }, { scope: OTHER_VISIT });
  await tab.writes({ text: 'about the review' }, { scope: REVIEW });
  world.ticks(60_000);

  await contactStep(tab.tablet, ABOUT, FIRST);

  const [{ oldest_at, oldest_age_s, scopes, ...told }] = world.office.contacts;
  assert.deepEqual(told, { format: 'fieldwork-contact/1', app_version: 'release-1', waiting: 3, attention: 0, drafts: 0, persisted: true });
  assert.equal(oldest_at, saved_at);
  assert.equal(oldest_age_s, 3_660);
  assert.deepEqual(scopes, [{ scope: VISIT, waiting: 1, oldest_age_s: 3_660 }, { scope: OTHER_VISIT, waiting: 1, oldest_age_s: 60 }]);
});

test('what is at the office waits no more, and an empty tablet says so', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'a note' });
  await tab.pushesAll();

  await contactStep(tab.tablet, ABOUT, FIRST);

  const [{ waiting, oldest_at, oldest_age_s, scopes }] = world.office.contacts;
  assert.deepEqual([waiting, oldest_at, oldest_age_s, scopes], [0, null, null, []]);
});

test('neither a lane nor an author is told apart, and no id of what was written leaves', async () => {
  const world = new World();
  const tab = await world.enrolled([ANN, BEN]);
  await tab.writes({ text: 'a note' });
  await tab.writes({ exact_words: 'a disclosure' }, { lane: 'concern', record_type: 'concern' });
  await tab.unlocks(BEN);
  await tab.writes({ text: 'a note by Ben' });
  const entries = await tab.entries();

  await contactStep(tab.tablet, ABOUT, FIRST);

  const [{ scopes }] = world.office.contacts;
  const said = JSON.stringify(world.office.contacts);
  assert.deepEqual(scopes.map((one) => [one.scope, one.waiting, Object.keys(one).length]), [[VISIT, 3, 3]]);
  const headers = entries.map(({ header }) => JSON.parse(header));
  const secret = [ANN, BEN, 'concern', 'evidence', ...headers.flatMap(({ operation, record, incarnation }) => [operation, record, incarnation])];
  assert.deepEqual(secret.filter((word) => said.includes(word)), []);
});

test('drafts are counted, and what the office could not take needs a person', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const note = tab.intention({ text: 'cannot be read there' });
  world.office.refused.add(note.operation);
  await tab.saves([note]);
  await tab.pushesAll(3);
  const place = { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record: note.record, field: 'text', block: 'b' };
  await keepDraft(tab.tablet, { place, operation: world.operationId(), kind: 'create', base: [], started_from: [], fields: { text: 'half a' } });

  const contact = await contactNow(tab.tablet, ABOUT);

  assert.deepEqual([contact.waiting, contact.attention, contact.drafts], [1, 1, 1]);
});

test('what the journal alone has taken waits as well', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'in both' });
  tab.device.unsent.fault = { kind: 'quota', commits: 100 };
  const saved = await tab.writes({ text: 'in the journal alone' });

  const contact = await contactNow(tab.tablet, ABOUT);

  assert.equal(saved.problem, 'database_failed');
  assert.deepEqual([contact.waiting, contact.scopes[0].waiting], [2, 2]);
});

test('what lies in the database and still in the journal’s list, because the answer to a commit was lost, waits once', async () => {
  const world = new World();
  const tab = await world.enrolled();
  tab.device.unsent.fault = { kind: 'quota', commits: 100 };
  await tab.writes({ text: 'in the journal first' });
  const listed = [...tab.tablet.overflow.minted];
  tab.device.unsent.fault = null;
  assert.equal(await settle(tab.tablet), null);
  tab.tablet.overflow.minted = listed;

  const contact = await contactNow(tab.tablet, ABOUT);

  assert.deepEqual([listed.length, contact.waiting, contact.scopes[0].waiting], [1, 1, 1]);
});

test('nothing is told again until something has changed or it is time', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'a note' });
  const first = await contactStep(tab.tablet, ABOUT, FIRST);
  world.ticks(1_000_000);

  const same = await contactStep(tab.tablet, ABOUT, { told: first.told, due: false });
  const inTime = await contactStep(tab.tablet, ABOUT, { told: first.told, due: true });
  await tab.writes({ text: 'another' });
  const changed = await contactStep(tab.tablet, ABOUT, { told: inTime.told, due: false });

  assert.deepEqual([first.asked, same.asked, inTime.asked, changed.asked], [true, false, true, true]);
  assert.deepEqual(world.office.contacts.map(({ waiting }) => waiting), [1, 1, 2]);
});

test('a draft that comes or goes is no reason to tell before it is time', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const { told } = await contactStep(tab.tablet, ABOUT, FIRST);
  const place = { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record: world.random.uuid4(), field: 'text', block: 'b' };
  await keepDraft(tab.tablet, { place, operation: world.operationId(), kind: 'create', base: [], started_from: [], fields: { text: 'half a' } });

  const { asked } = await contactStep(tab.tablet, ABOUT, { told, due: false });

  assert.equal(asked, false);
});

test('a clock that was put back makes nothing younger than nought', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'a note' });
  world.ticks(-86_400_000);

  const { oldest_age_s, scopes } = await contactNow(tab.tablet, ABOUT);

  assert.deepEqual([oldest_age_s, scopes[0].oldest_age_s], [0, 0]);
});

test('of more visits than may be told, those that have waited longest are', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const visit = (number) => `visit:33333333-3333-4333-8333-${String(number).padStart(12, '0')}`;
  for (let number = 0; number < 66; number += 1) {
    await tab.writes({ text: 'a note' }, { scope: visit(number) });
    world.ticks(60_000);
  }

  const { waiting, scopes } = await contactNow(tab.tablet, ABOUT);

  assert.deepEqual([waiting, scopes.length, scopes[0].scope, scopes.at(-1).scope], [66, 64, visit(0), visit(63)]);
});

test('the name of a release is told in the letters that the office reads', async () => {
  const world = new World();
  const tab = await world.enrolled();

  const odd = await contactNow(tab.tablet, { app_version: 'a release/ö', persisted: null });
  const none = await contactNow(tab.tablet, { app_version: '', persisted: null });

  assert.deepEqual([odd.app_version, none.app_version], ['a_release__', 'unknown']);
});

const answering = (status, text) => async (request, ask) => (request.path === '/sync/contact'
  ? { status, contentType: 'text/html', retryAfter: '7', bytes: new TextEncoder().encode(text) } : ask(request));

for (const [what, between, problem] of [
  ['a sign-in page of a café', answering(200, '<!doctype html>'), 'not_from_central'],
  ['an office of an older release', answering(404, ''), 'status_404'],
  ['an office that has no time', answering(503, ''), 'status_503'],
]) {
  test(`what was not heard is told anew: ${what}`, async () => {
    const world = new World();
    const tab = await world.enrolled();
    await tab.writes({ text: 'a note' });
    world.between = between;

    const result = await contactStep(tab.tablet, ABOUT, FIRST);
    world.online();
    await contactStep(tab.tablet, ABOUT, { told: result.told, due: false });

    assert.deepEqual([result.problem, result.retryAfter, result.told], [problem, '7', null]);
    assert.equal(world.office.contacts.length, 1);
  });
}

test('without a connection, and without a database, telling fails in silence', async () => {
  const world = new World();
  const tab = await world.enrolled();
  world.offline();
  const cut = await contactStep(tab.tablet, ABOUT, FIRST);
  world.online();
  tab.tablet.storage.range = async () => { throw new StorageProblem('gone'); };

  const gone = await contactStep(tab.tablet, ABOUT, FIRST);

  assert.deepEqual([cut.problem, gone.problem, gone.asked], ['no_answer', 'storage_failed', false]);
});

test('an office that was restored is noticed by the answer to a contact as by any other', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await contactStep(tab.tablet, ABOUT, FIRST);
  world.office.restore(world.office.backup());

  const { epochChanged, problem } = await contactStep(tab.tablet, ABOUT, { told: null, due: true });

  assert.deepEqual([epochChanged, problem], [true, null]);
});
