/** What is still on the tablet is told to the office behind the notes, and holds none of them up. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { NetworkProblem } from '../../sync/tablet/ports.js';
import { begun, notesOneByOne, refusing, silent } from './flushing.js';

test('what is still on the tablet is told behind the notes, again when it has changed, and else every five minutes', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  await tab.writes({ text: 'from Ann' });
  flusher.start();
  await hours.pass(1_000);
  const order = world.wire.filter((line) => /push|contact/.test(line));
  await hours.pass(290_000);
  const before = asked('/sync/contact');

  await hours.pass(20_000);

  assert.deepEqual(order, ['POST /sync/push', 'POST /sync/contact']);
  assert.deepEqual([before, asked('/sync/contact')], [1, 2]);
  assert.deepEqual(world.office.contacts.map(({ waiting }) => waiting), [0, 0]);
});

test('notes that are sent one by one cost no contact each: what waits is the same after each of them', async () => {
  const { tab, hours, flusher, asked } = await begun();
  flusher.start();
  await hours.pass(1_000);
  await notesOneByOne({ tab, hours, flusher }, 10, 2_000);

  assert.deepEqual([asked('/sync/push'), asked('/sync/contact')], [10, 1]);
});

test('a locked tablet tells too, and whoever unlocks it next is heard of at once', async () => {
  const { hours, flusher, application, asked } = await begun();
  application.session = null;
  application.enrolment = { carrying_token: 'of Ann' };
  flusher.start();
  await hours.pass(1_000);
  const locked = asked('/sync/contact');
  application.enrolment = { carrying_token: 'of Ben' };
  flusher.wake();

  await hours.pass(1_000);

  assert.deepEqual([locked, asked('/sync/contact')], [1, 2]);
});

test('a contact that is refused holds up no note and no fetching, and is tried again, ever more seldom', async () => {
  const { world, tab, colleague, hours, flusher, asked } = await begun();
  world.between = refusing('/sync/contact');
  await colleague.writes({ text: 'from the colleague' });
  await colleague.pushesAll();
  flusher.start();
  await hours.pass(1_000);
  await tab.writes({ text: 'from Ann' });
  flusher.wake();
  await hours.pass(600_000);

  assert.deepEqual(tab.texts(), ['from Ann', 'from the colleague']);
  assert.deepEqual(world.office.bodies(), ['from the colleague', 'from Ann']);
  assert.ok(asked('/sync/contact') >= 10 && asked('/sync/contact') <= 80, `told ${asked('/sync/contact')} times in ten minutes`);
  world.online();
  await hours.pass(61_000);
  assert.equal(world.office.contacts.length, 1);
});

test('a contact that nobody answers keeps no note from being sent, and the screen says nothing of it', async () => {
  const { world, tab, hours, flusher } = await begun();
  silent({ world, hours }, '/sync/contact', 'fieldwork-teller');
  flusher.start();
  await hours.pass(30_000);

  await tab.writes({ text: 'from Ann' });
  flusher.wake();
  await hours.pass(1_000);

  assert.deepEqual(world.office.bodies(), ['from Ann']);
  assert.equal(flusher.connection().kind, 'online');
});

test('a contact that fails alone does not turn the screen to no connection', async () => {
  const { world, hours, flusher } = await begun();
  world.between = async (request, ask) => {
    if (request.path === '/sync/contact') throw new NetworkProblem();
    return ask(request);
  };
  flusher.start();
  await hours.pass(1_000);

  const shown = new Set();
  for (let second = 0; second < 60; second += 1) {
    await hours.pass(1_000);
    shown.add(flusher.connection().kind);
  }

  assert.deepEqual([...shown], ['online']);
});

test('an office that was restored is noticed by what a tablet tells it, and compared with at once', async () => {
  const { world, tab, hours, flusher } = await begun();
  await tab.writes({ text: 'from Ann' });
  flusher.start();
  await hours.pass(1_000);
  world.office.restore(world.office.backup());
  world.between = async (request, ask) => {
    if (request.path !== '/sync/contact') throw new NetworkProblem();
    return ask(request);
  };
  world.wire.length = 0;

  while (!world.wire.includes('POST /sync/contact')) await hours.pass(100);

  assert.equal(world.wire[world.wire.indexOf('POST /sync/contact') + 1], 'GET /sync/keys');
});

test('without a connection and with nothing to send, telling does not keep the tablet busy', async () => {
  const { world, hours, flusher, asked } = await begun();
  world.offline();
  flusher.start();

  await hours.pass(1_800_000);

  assert.ok(asked('/sync/contact') >= 20 && asked('/sync/contact') <= 80, `told ${asked('/sync/contact')} times in half an hour`);
});

test('without a connection nothing is told until the notes have gone', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  world.offline();
  await tab.writes({ text: 'from Ann' });
  flusher.start();
  await hours.pass(600_000);
  assert.equal(asked('/sync/contact'), 0);
  world.online();

  flusher.wake();
  await hours.pass(1_000);

  assert.deepEqual(world.office.contacts.map(({ waiting }) => waiting), [0]);
});

test('where the office takes no notes it still hears that they wait', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  world.between = refusing('/sync/push', 507);
  await tab.writes({ text: 'words that wait' });

  flusher.start();
  await hours.pass(1_800_000);

  assert.ok(asked('/sync/contact') > 0);
  assert.equal(world.office.contacts.at(-1).waiting, 1);
});
