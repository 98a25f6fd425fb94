/** Sending, comparing and fetching: each goes on by itself, whatever the others meet, and waits by its own rule. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { NetworkProblem } from '../../sync/tablet/ports.js';
import { begun, notesOneByOne, refusing } from './flushing.js';

test('while every push is refused, what a colleague wrote still arrives', async () => {
  const { world, tab, colleague, hours, flusher, asked } = await begun();
  await colleague.writes({ text: 'from the colleague' });
  await colleague.pushesAll();
  await tab.writes({ text: 'from Ann' });
  world.between = refusing('/sync/push');

  flusher.start();
  await hours.pass(60_000);

  assert.deepEqual(tab.texts(), ['from Ann', 'from the colleague']);
  assert.ok(asked('/sync/push') >= 2, 'the sending was tried again');
});

test('while every fetch is refused, what was written here is still sent', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  world.between = refusing('/sync/pull');
  flusher.start();
  await hours.pass(30_000);
  world.wire.length = 0;

  await tab.writes({ text: 'from Ann' });
  flusher.wake();
  await hours.pass(1_000);

  assert.deepEqual(world.office.bodies(), ['from Ann']);
  assert.equal(asked('/sync/pull'), 0, 'a saved note does not shorten the waiting of a fetch that was refused');
});

test('each waits longer by itself: a refused push does not slow the fetching', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  await tab.writes({ text: 'from Ann' });
  world.between = refusing('/sync/push');

  flusher.start();
  await hours.pass(600_000);

  assert.ok(asked('/sync/pull') >= 29, `fetched ${asked('/sync/pull')} times in ten minutes`);
  assert.ok(asked('/sync/push') <= 80, `sent ${asked('/sync/push')} times in ten minutes`);
});

test('what the office asks a fetch to wait for is waited for, and sending is not held by it', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  world.between = async (request, ask) => (request.path.startsWith('/sync/pull')
    ? { status: 429, contentType: 'text/plain', retryAfter: '300', bytes: new Uint8Array(0) } : ask(request));
  flusher.start();
  await hours.pass(200_000);
  await tab.writes({ text: 'from Ann' });
  flusher.wake();
  await hours.pass(90_000);

  assert.equal(asked('/sync/pull'), 1);
  assert.deepEqual(world.office.bodies(), ['from Ann']);
});

test('notes that are saved while the office refuses make no storm', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  world.between = refusing('/sync/push');
  flusher.start();
  await hours.pass(1_000);

  await notesOneByOne({ tab, hours, flusher }, 20, 100);

  assert.ok(asked('/sync/push') <= 2, `sent ${asked('/sync/push')} times`);
});

test('a person who presses Send now is not held up by what was refused before, and sees the end of it', async () => {
  const { world, tab, hours, flusher } = await begun();
  await tab.writes({ text: 'from Ann' });
  world.between = refusing('/sync/push');
  flusher.start();
  await hours.pass(20_000);
  world.online();

  let ended = false;
  const pressed = flusher.now().then(() => { ended = true; });
  await hours.pass(10);

  assert.equal(ended, true);
  await pressed;
  assert.deepEqual(world.office.bodies(), ['from Ann']);
});

test('a person who presses Send now where nobody answers gets their page back after a while', async () => {
  const { world, hours, flusher } = await begun();
  world.between = () => new Promise(() => {});
  hours.answers_never = true;
  flusher.start();
  await hours.pass(1);
  let ended = false;
  flusher.now().then(() => { ended = true; });

  await hours.pass(19_000);
  assert.equal(ended, false);
  await hours.pass(1_001);
  assert.equal(ended, true);
});

test('without a connection a new note is tried at once, and the connection is told of', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  world.between = async () => { throw new NetworkProblem(); };
  await tab.writes({ text: 'the first' });
  flusher.start();
  await hours.pass(100_000);
  assert.equal(flusher.connection().kind, 'offline');
  world.online();

  await tab.writes({ text: 'from Ann' });
  flusher.wake();
  await hours.pass(10);

  assert.deepEqual(world.office.bodies(), ['the first', 'from Ann']);
  assert.equal(flusher.connection().kind, 'online');
  assert.ok(asked('/sync/pull') > 0);
});

test('locked, nothing is fetched and all is sent; at the unlock fetching begins at once', async () => {
  const { world, tab, hours, flusher, application, asked } = await begun();
  const { session } = application;
  flusher.start();
  await hours.pass(1);
  application.session = null;
  world.wire.length = 0;
  await tab.writes({ text: 'while locked' });
  flusher.wake();
  await hours.pass(3_000);
  assert.equal(asked('/sync/pull'), 0);
  assert.deepEqual(world.office.bodies(), ['while locked']);

  application.session = session;
  flusher.wake();
  await hours.pass(1);

  assert.equal(asked('/sync/pull'), 1);
});

test('a fault in one errand ends that turn, is told, and stops no errand', async () => {
  const { world, tab, hours, application, flusher } = await begun();
  const faults = [];
  application.note = (fault) => faults.push(fault.message);
  application.session = { fetch: async () => { throw new Error('a fault of ours'); } };
  await tab.writes({ text: 'from Ann' });

  flusher.start();
  await hours.pass(12_000);
  const soon = faults.length;
  await hours.pass(3_600_000);

  assert.deepEqual(world.office.bodies(), ['from Ann']);
  assert.ok(soon >= 2, 'it is tried again');
  assert.ok(faults.length > soon && faults.length < 200, `and ever less often: ${faults.length} times in an hour`);
  assert.deepEqual(new Set(faults), new Set(['a fault of ours']));
});

test('words that the office has removed before they came go from the screen with the receipt', async () => {
  const { tab, colleague, application, flusher, hours } = await begun();
  const note = tab.intention({ text: 'Her real name.' });
  await colleague.saves([colleague.intention(undefined, { kind: 'redact', redacts: [note.operation], reason: 'disclosure' })]);
  await colleague.pushesAll();
  await tab.saves([note]);
  await tab.reloads();
  application.session.replica = tab.replica;
  assert.deepEqual(tab.texts(), ['Her real name.']);

  flusher.start();
  await hours.pass(1_000);

  assert.deepEqual(application.session.replica.list('block').map(({ fields }) => fields.get('text')), [undefined]);
});

test('while pushes are cut and fetches are answered, the one does not drive the other round', async () => {
  const { world, tab, hours, flusher, asked } = await begun();
  await tab.writes({ text: 'from Ann' });
  world.between = async (request, ask) => {
    if (request.path.startsWith('/sync/push')) throw new NetworkProblem();
    return ask(request);
  };
  flusher.start();
  await hours.pass(30_000);
  const before = asked('/sync/push');

  flusher.now();
  await hours.pass(1_000);

  assert.equal(asked('/sync/push') - before, 1);
  await hours.pass(600_000);
  assert.ok(asked('/sync/push') <= 122, `sent ${asked('/sync/push')} times in ten minutes`);
});
