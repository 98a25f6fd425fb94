/** A tablet that is full for hours: it goes on asking, ever less often, and its log does not grow. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Application } from '../../static/tablet/application.js';
import { Flusher } from '../../static/tablet/flusher.js';
import { keysStep } from '../../sync/tablet/ingest.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { World } from '../sync/tablet/world.js';
import { Hours } from './flushing.js';

async function begun(t) {
  const world = new World();
  const tab = await world.enrolled();
  const hours = new Hours(world);
  const application = new Application(() => {});
  Object.assign(application, { tablet: tab.tablet, enrolment: {}, session: null, tellStates: async () => {} });
  const logged = t.mock.method(console, 'error', () => {});
  const flusher = new Flusher(application, hours.turns);
  const fills = () => { tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'full'); }; };
  world.wire.length = 0;
  const asked = (path) => world.wire.filter((line) => line.includes(path)).length;
  return { world, tab, hours, application, flusher, logged, fills, asked };
}

test('the office’s keys are asked for ever less often while this tablet takes nothing in, and its log stays short', async (t) => {
  const { world, tab, hours, application, flusher, fills, asked } = await begun(t);
  fills();
  // The office has new keys, which this tablet would write down.
  world.office.pairs.clear();

  flusher.start();
  await hours.pass(3_600_000);

  assert.ok(asked('/sync/keys') > 30, `${asked('/sync/keys')} times in an hour`);
  assert.ok(asked('/sync/keys') < 200, `${asked('/sync/keys')} times in an hour`);
  assert.deepEqual([(await keysStep(tab.tablet)).problem, application.faults], ['storage_failed', []]);
});

test('keys that are known already are written once, so that a full tablet goes on to compare', async (t) => {
  const { tab, fills } = await begun(t);
  const journal = () => [...tab.device.files.files.values()].reduce((bytes, { written }) => bytes + written.length, 0);
  const before = journal();

  const again = await keysStep(tab.tablet);
  fills();
  const full = await keysStep(tab.tablet);

  assert.deepEqual([again.problem, full.problem], [null, null]);
  assert.equal(journal(), before);
});

test('a receipt that a full tablet cannot write down is asked for ever less often', async (t) => {
  const { tab, hours, application, flusher, logged, fills, asked } = await begun(t);
  await tab.writes({ text: 'words that are at the office already' });
  fills();

  flusher.start();
  await hours.pass(3_600_000);

  assert.ok(asked('/sync/push') > 30 && asked('/sync/push') < 200, `${asked('/sync/push')} times in an hour`);
  assert.ok(application.faults.length < 5 && logged.mock.callCount() < 5, application.faults.slice(0, 6).join('\n'));
});

test('a tablet that is full does not say that there is no connection, and what it cannot take in is not asked for sooner because others are', async (t) => {
  const { world, hours, application, flusher, fills, asked } = await begun(t);
  application.session = { fetch: async () => ({ problem: null, retryAfter: null }) };
  fills();
  // The office has new keys, which this tablet would write down.
  world.office.pairs.clear();
  const said = new Set();
  application.tellStates = async () => { said.add(flusher.connection().words); };

  flusher.start();
  await hours.pass(600_000);

  assert.ok(asked('/sync/keys') > 5, `${asked('/sync/keys')} times in ten minutes`);
  assert.deepEqual([...said].filter((words) => words !== ''), ['Connected']);
});
