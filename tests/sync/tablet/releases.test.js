/**
 * A release that writes other rows than this one takes a tablet over without a network, and is taken back: nothing is lost either way.
 *
 * The next release stands here as this one whose every row has a later form and holds one thing more, whose journal has frames that nobody here
 * knows, and whose notes have a field that nobody here knows.
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import { draftIntention, keepDraft, openDrafts } from '../../../sync/tablet/drafts.js';
import { writeFrame } from '../../../sync/tablet/journal.js';
import { reconcile } from '../../../sync/tablet/reconcile.js';
import { PULLED_STORES, UNSENT_STORES } from '../../../sync/tablet/stores.js';
import { ANN, Tab, VISIT, World } from './world.js';

const FIFTY = Array.from({ length: 50 }, (_, number) => `note ${String(number).padStart(2, '0')}`);
const NOTHING_WRONG = { found_empty: false, behind: false, new_incarnation: false, restored: 0, repaired: 0, damaged: 0, lost: 0, certain: true, journal_damaged_bytes: 0, problem: null };

/** From now on every row that this worker writes is of a later form. @param {import('../../../sync/tablet/ports.js').Storage} storage */
function writesLaterRows(storage) {
  const { commit } = storage;
  storage.commit = (changes, options) => commit(changes.map((change) => ('put' in change
    ? { ...change, put: { ...change.put, schema: 2, came_with: { release: 2 } } } : change)), options);
}

/** The next release starts on this tablet. @param {World} world */
async function updated(world, device) {
  const tab = new Tab(world, device);
  writesLaterRows(tab.storage);
  await tab.tablet.journal.append(writeFrame({ facts: { kind: 'of_the_next_release', more: [1] }, sealed: new Uint8Array(8) }));
  tab.report = await reconcile(tab.tablet);
  await tab.unlocks(ANN);
  return tab;
}

/** This release starts on it again. @param {World} world */
async function takenBack(world, device) {
  const tab = await world.starts(device);
  await tab.unlocks(ANN);
  return tab;
}

async function withFiftyNotesThatAreNotSent() {
  const world = new World();
  const tab = await world.enrolled();
  world.offline();
  for (const text of FIFTY) await tab.writes({ text });
  tab.device.kill();
  return { world, device: tab.device };
}

/** @param {Record<string, unknown>} report */
const whatIsWrong = (report) => Object.fromEntries(Object.keys(NOTHING_WRONG).map((name) => [name, report[name]]));

/** How often each note came to the office. @param {World} world */
function listens(world) {
  const came = new Map();
  const { between } = world;
  world.between = (request, ask) => {
    if (request.path === '/sync/push') {
      for (const line of new TextDecoder().decode(request.body).split('\n').slice(1)) {
        const operation = /"operation":"([^"]*)"/.exec(line)?.[1];
        if (operation !== undefined) came.set(operation, (came.get(operation) ?? 0) + 1);
      }
    }
    return between(request, ask);
  };
  return came;
}

test('DUR-18: fifty notes that are not sent are read by the next release and, after the step back, by this one, and are sent once', async () => {
  const { world, device } = await withFiftyNotesThatAreNotSent();

  const next = await updated(world, device);
  const readByTheNext = next.texts();
  const savedByTheNext = await next.writes({ text: 'note of the next release', weather: { sky: 'rain' } });
  device.kill();
  const back = await takenBack(world, device);
  const readAfterwards = back.texts();
  world.online();
  const came = listens(world);
  await back.pushesAll();

  assert.deepEqual(readByTheNext, FIFTY);
  assert.equal(savedByTheNext.saved, 'twice');
  assert.deepEqual(readAfterwards, [...FIFTY, 'note of the next release']);
  assert.deepEqual([whatIsWrong(next.report), whatIsWrong(back.report)], [NOTHING_WRONG, NOTHING_WRONG]);
  assert.equal(came.size, 51);
  assert.ok([...came.values()].every((times) => times === 1));
  assert.equal([...world.office.streams.values()].flat().length, 51);
});

test('DUR-18: what the next release had sent counts as safe after the step back, and only the others go', async () => {
  const { world, device } = await withFiftyNotesThatAreNotSent();

  const next = await updated(world, device);
  world.online();
  const came = listens(world);
  await next.pushesAll();
  world.offline();
  await next.writes({ text: 'one more' });
  device.kill();
  const back = await takenBack(world, device);
  world.online();
  const cameAfterwards = listens(world);
  await back.pushesAll();
  await back.compares();

  assert.equal(came.size, 50);
  assert.equal(cameAfterwards.size, 1);
  assert.equal((await back.storage.range('outbox')).length, 0);
  assert.deepEqual(whatIsWrong(back.report), NOTHING_WRONG);
});

test('DUR-18: with the database gone after the step back, the journal of both releases gives every note back', async () => {
  const { world, device } = await withFiftyNotesThatAreNotSent();
  const next = await updated(world, device);
  await next.writes({ text: 'note of the next release' });
  device.kill();
  device.unsent.wipe();

  const back = await takenBack(world, device);

  assert.deepEqual(back.texts(), [...FIFTY, 'note of the next release']);
  assert.equal(back.report.restored, 51);
  assert.equal(back.report.lost, 0);
  assert.equal(back.report.journal_damaged_bytes, 0);
});

test('DUR-18: what was being typed in the next release is taken up by this one', async () => {
  const { world, device } = await withFiftyNotesThatAreNotSent();
  const next = await updated(world, device);
  const place = { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record: world.random.uuid4(), field: 'text', block: 'b' };
  await keepDraft(next.tablet, { place, operation: world.operationId(), kind: 'create', base: [], started_from: [], fields: { text: 'half a sen' } });
  device.kill();

  const back = await takenBack(world, device);
  const { drafts, unopened } = await openDrafts(back.tablet, back.keys);
  await back.saves(drafts.map(draftIntention), { removeDrafts: drafts.map(({ key }) => key) });
  await back.reloads();

  assert.equal(unopened, 0);
  assert.deepEqual(back.texts(), ['half a sen', ...FIFTY]);
});

test('DUR-19 DUR-20: the stores of a database are those of the first release', () => {
  // A tablet that holds notes has its databases already, and no release may ask for them in another form: an old tab would keep them shut,
  // a change could stop half way, and a step back could not open them. A later store is a database of its own (sync/tablet/stores.js).
  assert.deepEqual(UNSENT_STORES, ['entries', 'outbox', 'safe', 'operations', 'streams', 'carry_keys', 'redacted', 'drafts', 'marks']);
  assert.deepEqual(PULLED_STORES, ['segments', 'tail', 'cursors', 'redacted']);
});
