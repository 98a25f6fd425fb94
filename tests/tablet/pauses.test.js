/** While somebody types the errands wait for a pause, and never for long. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { begun } from './flushing.js';

/** A person types for so long: a draft comes every 700 ms. */
async function typesFor({ flusher, hours }, milliseconds) {
  for (let gone_ms = 0; gone_ms < milliseconds; gone_ms += 700) {
    flusher.typed(false);
    await hours.pass(700);
  }
}

test('nothing is sent between two keys; it goes as soon as the person pauses', async () => {
  const run = await begun();
  const { tab, hours, flusher, asked } = run;
  flusher.start();
  await hours.pass(1_000);
  flusher.typed(false);
  await tab.writes({ text: 'from Ann' });
  flusher.wake();

  await typesFor(run, 7_000);
  const whileTyping = asked('/sync/push');
  await hours.pass(1_000);

  assert.deepEqual([whileTyping, asked('/sync/push')], [0, 1]);
});

test('a person who types on and on is not waited for longer than ten seconds, however often something is saved', async () => {
  const run = await begun();
  const { tab, hours, flusher, asked } = run;
  flusher.start();
  await hours.pass(1_000);
  for (let note = 0; note < 4; note += 1) {
    flusher.typed(false);
    await tab.writes({ text: `note ${note}` });
    flusher.wake();
    await typesFor(run, 2_800);
  }

  assert.equal(asked('/sync/push'), 1);
});

test('Save does not wait for a pause, and neither does a person who pressed the button', async () => {
  const { tab, hours, flusher, asked } = await begun();
  flusher.start();
  await hours.pass(1_000);
  flusher.typed(false);
  await tab.writes({ text: 'from Ann' });
  flusher.typed(true);
  flusher.wake();
  await hours.pass(0);
  const saved = asked('/sync/push');
  flusher.typed(false);
  await tab.writes({ text: 'from Ann again' });

  const watched = flusher.now();
  await hours.pass(0);
  await watched;

  assert.deepEqual([saved, asked('/sync/push')], [1, 2]);
});
