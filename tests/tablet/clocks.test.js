/** A tablet's clock is wrong, or is set while somebody writes: the order stays, nothing expires, and what the clock said is recorded (DUR-15). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { enrolments, keepEnrolment } from '../../static/tablet/enrolment_kept.js';
import { uuid7 } from '../../static/tablet/identifiers.js';
import { placeOf } from '../../static/tablet/places.js';
import { told, under } from '../../static/tablet/reading.js';
import { Writings } from '../../static/tablet/writing.js';
import { addSaved } from '../../sync/tablet/replica.js';
import { ANN, BEN, VISIT, World } from '../sync/tablet/world.js';

const DAY_MS = 86_400_000;
const EVIDENCE = '55555555-5555-4555-8555-555555555555';
const STEPS = { 'a day behind': [-1, 0, 0], 'a day ahead': [1, 0, 0], 'put back during the visit': [0, -1, 0], 'put forward during the visit': [0, 1, 0], 'put forward and back': [1, -2, 1] };

async function begun() {
  const world = new World();
  const tab = await world.enrolled();
  const session = { seeOwn: (saved) => addSaved(tab.tablet, tab.keys, tab.replica, saved), person: ANN, get replica() { return tab.replica; } };
  const application = { tablet: tab.tablet, session, flusher: { wake() {} }, person: () => ANN };
  const writings = new Writings(application);
  /** One block, typed and saved, as the page of this tablet sends it: with the tablet's own time. */
  const writes = async (text) => {
    const place = placeOf(world.clock.now());
    const record = uuid7();
    for (const [words, finished] of [[text.slice(0, 2), false], [text, true]]) {
      const fields = { evidence: EVIDENCE, kind: 'verbatim', text: words, place };
      await writings.typed({ record, scope: VISIT, evidence: EVIDENCE, base: [], shown: '{}', fields, finished, closed: finished });
    }
    world.ticks(60_000);
  };
  const reads = () => under(tab.replica, 'block', 'evidence', EVIDENCE).map((block) => told(block, 'text'));
  return { world, tab, application, writes, reads };
}

for (const [name, steps] of Object.entries(STEPS)) {
  test(`DUR-15: a clock ${name} leaves the words in the order in which they were written`, async () => {
    const { world, tab, writes, reads } = await begun();
    const written = [];
    const said = [];
    for (const [index, step] of steps.entries()) {
      world.ticks(step * DAY_MS);
      for (const half of ['a', 'b']) {
        written.push(`${index}${half} of the conversation`);
        said.push(world.clock.now());
        await writes(written.at(-1));
      }
    }

    await tab.pushesAll();
    await tab.pulls();

    assert.deepEqual(reads(), written);
    const rows = await tab.entries();
    assert.deepEqual(rows.map(({ sequence }) => sequence), written.map((_, at) => at + 1));
    assert.deepEqual(rows.map(({ header }) => JSON.parse(header).device_at), said);
    assert.deepEqual(world.office.bodies(), written);
  });
}

test('DUR-15: while locked, and while a record cannot be read, a clock that is put back changes no order either', async () => {
  const { world, tab, application, writes, reads } = await begun();
  const { session } = application;
  await writes('before the lock');
  application.session = null;
  await writes('locked, one');
  world.ticks(-DAY_MS);
  await writes('locked, two');

  application.session = session;
  await tab.reloads();
  await writes('after the lock');

  assert.deepEqual(reads(), ['before the lock', 'locked, one', 'locked, two', 'after the lock']);
});

test('DUR-15: a block that is changed keeps its place, whatever the clock says then', async () => {
  const { world, tab, application, writes, reads } = await begun();
  await writes('one');
  await writes('two');
  const [first] = under(tab.replica, 'block', 'evidence', EVIDENCE);
  world.ticks(DAY_MS);
  const fields = { evidence: EVIDENCE, kind: 'verbatim', text: 'one, changed', place: placeOf(world.clock.now()) };

  await new Writings(application).typed({ record: first.record, scope: VISIT, evidence: EVIDENCE, base: first.heads, shown: '{}', fields, finished: true, closed: true });

  assert.deepEqual(reads(), ['one, changed', 'two']);
});

test('DUR-15: a note that waited through a year of a wrong clock goes up, and nothing was thrown away', async () => {
  const { world, tab, writes } = await begun();
  await writes('a year ahead');
  world.ticks(365 * DAY_MS);
  await writes('and back again');
  world.ticks(-800 * DAY_MS);
  tab.device.powerLoss();

  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  await after.pushesAll();

  assert.deepEqual(world.office.bodies(), ['a year ahead', 'and back again']);
});

test('DUR-15: whoever came last is asked for at the next start, also when the clock was put back', async () => {
  const { world, tab } = await begun();
  await keepEnrolment(tab.tablet, { person: ANN });
  world.ticks(-DAY_MS);

  await keepEnrolment(tab.tablet, { person: BEN });

  assert.deepEqual((await enrolments(tab.storage)).map(({ person }) => person), [BEN, ANN]);
});
