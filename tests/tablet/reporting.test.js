/** What a start found wrong is told to the office beside the notes, and holds none of them up. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { begunAfterAWipe, refusing, silent } from './flushing.js';

test('what a start found is reported while locked, beside the notes, and then no more', async () => {
  const { world, hours, flusher, asked } = await begunAfterAWipe();

  flusher.start();
  await hours.pass(600_000);

  assert.deepEqual([...world.office.reports.values()].map(({ restored }) => restored), [3]);
  assert.equal(asked('/sync/report'), 1);
  assert.deepEqual(world.office.bodies(), ['1', '2', '3']);
});

test('a report that is refused holds up no note, waits longer each time and never gives up', async () => {
  const { world, hours, flusher, asked } = await begunAfterAWipe();
  world.between = refusing('/sync/report');
  flusher.start();
  await hours.pass(600_000);

  assert.deepEqual(world.office.bodies(), ['1', '2', '3']);
  assert.ok(asked('/sync/report') >= 10 && asked('/sync/report') <= 80, `reported ${asked('/sync/report')} times in ten minutes`);
  world.online();
  await hours.pass(61_000);
  assert.equal(world.office.reports.size, 1);
});

test('a report that nobody answers keeps no note from being sent', async () => {
  const { world, tab, hours, flusher } = await begunAfterAWipe();
  silent({ world, hours }, '/sync/report', 'fieldwork-reporter');

  flusher.start();
  await hours.pass(30_000);

  await tab.writes({ text: '4' });
  flusher.wake();
  await hours.pass(1_000);

  assert.deepEqual(world.office.bodies(), ['1', '2', '3', '4']);
  assert.equal(world.office.reports.size, 0);
});

test('where the office answers again, a report need not wait its longest', async () => {
  const { world, hours, flusher } = await begunAfterAWipe();
  world.offline();
  flusher.start();
  await hours.pass(600_000);
  world.online();

  flusher.wake();
  await hours.pass(5_001);

  assert.equal(world.office.reports.size, 1);
});

test('a tablet that nobody has enrolled reports nothing yet, and soon after it is enrolled', async () => {
  const { world, hours, flusher, application, asked } = await begunAfterAWipe();
  application.enrolment = null;
  flusher.start();
  await hours.pass(60_000);
  assert.equal(asked('/sync/report'), 0);

  application.enrolment = {};
  await hours.pass(5_001);

  assert.equal(world.office.reports.size, 1);
});
