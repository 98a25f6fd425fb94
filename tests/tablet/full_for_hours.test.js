/** A tablet that is full for hours: it goes on asking, ever less often, and its log does not grow. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Application } from '../../static/tablet/application.js';
import { Flusher } from '../../static/tablet/flusher.js';
import { keysStep } from '../../sync/tablet/ingest.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { World } from '../sync/tablet/world.js';

/** Time that stands still until somebody lets it pass. */
class Hours {
  now = 0;

  planned = new Set();

  turns = {
    now_ms: () => this.now,
    later: (wait_ms, call) => {
      const one = { at: this.now + wait_ms, call };
      this.planned.add(one);
      return () => this.planned.delete(one);
    },
    alone: (_, work) => work(),
  };

  async pass(milliseconds) {
    const until = this.now + milliseconds;
    for (;;) {
      for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const [next] = [...this.planned].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.planned.delete(next);
      this.now = Math.max(this.now, next.at);
      next.call();
    }
    this.now = until;
  }
}

async function begun(t) {
  const world = new World();
  const tab = await world.enrolled();
  const hours = new Hours();
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
