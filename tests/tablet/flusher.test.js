/** Sending, comparing and fetching: each goes on by itself, whatever the others meet, and waits by its own rule. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Flusher } from '../../static/tablet/flusher.js';
import { NetworkProblem } from '../../sync/tablet/ports.js';
import { pullStep } from '../../sync/tablet/pull.js';
import { ANN, VISIT, World } from '../sync/tablet/world.js';

/** Time that stands still until somebody lets it pass, and what was put off until then. */
class Hours {
  constructor(world) {
    this.world = world;
    this.now = 0;
    this.put_off = new Set();
    this.under_way = new Set();
    this.answers_never = false;
    /** The errand, by its lock, whose end nobody waits for, because it has none. */
    this.endless = '';
    this.turns = {
      now_ms: () => this.now,
      later: (wait_ms, call) => {
        const one = { at: this.now + wait_ms, call };
        this.put_off.add(one);
        return () => this.put_off.delete(one);
      },
      alone: (lock, work) => {
        const done = work();
        if (lock === this.endless) return done;
        this.under_way.add(done);
        const end = () => this.under_way.delete(done);
        done.then(end, end);
        return done;
      },
    };
  }

  /** Until all that is under way has come to its end, or, where nothing answers, as far as it can come. */
  async stillness() {
    for (;;) {
      // What follows from an end takes a few turns to be heard.
      for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (this.answers_never || this.under_way.size === 0) return;
      await Promise.allSettled([...this.under_way]);
    }
  }

  /** Everything that falls due in this time is done, in order, each to its end. */
  async pass(milliseconds) {
    const until = this.now + milliseconds;
    for (;;) {
      await this.stillness();
      const next = [...this.put_off].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.put_off.delete(next);
      this.world.ticks(next.at - this.now);
      this.now = next.at;
      next.call();
    }
    this.now = until;
  }
}

/** Ann's tablet with its flusher, and a colleague who writes at the same visit. */
async function begun() {
  const world = new World();
  const tab = await world.enrolled();
  const colleague = await world.enrolled([ANN]);
  const hours = new Hours(world);
  const said = [];
  const session = {
    fetch: async () => {
      const result = await pullStep(tab.tablet, tab.keys, VISIT, 'evidence');
      await tab.reloads();
      return { problem: result.problem, retryAfter: result.retryAfter };
    },
  };
  const application = {
    tablet: tab.tablet, enrolment: {}, session, tell: (message) => said.push(message), tellStates: async () => {}, note: (fault) => { throw fault; },
  };
  const flusher = new Flusher(application, hours.turns);
  world.wire.length = 0;
  const asked = (path) => world.wire.filter((line) => line.includes(path)).length;
  return { world, tab, colleague, hours, application, flusher, asked };
}

const refusing = (path, status = 503) => async (request, ask) => (request.path.startsWith(path)
  ? { status, contentType: 'text/plain', retryAfter: null, bytes: new Uint8Array(0) } : ask(request));

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

  for (let note = 0; note < 20; note += 1) {
    await tab.writes({ text: `note ${note}` });
    flusher.wake();
    await hours.pass(100);
  }

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

  assert.deepEqual(world.office.bodies(), ['from Ann']);
  assert.deepEqual(faults, ['a fault of ours', 'a fault of ours', 'a fault of ours']);
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

/** The same, on a tablet whose database was wiped before this start: three notes came back, and a report waits. */
async function begunAfterAWipe() {
  const world = new World();
  const { device } = await world.enrolled();
  const before = await world.starts(device);
  await before.unlocks(ANN);
  for (const text of ['1', '2', '3']) await before.writes({ text });
  device.kill();
  device.unsent.wipe();
  const tab = await world.starts(device);
  const hours = new Hours(world);
  const application = { tablet: tab.tablet, enrolment: {}, session: null, tell: () => {}, tellStates: async () => {}, note: (fault) => { throw fault; } };
  const flusher = new Flusher(application, hours.turns);
  world.wire.length = 0;
  const asked = (path) => world.wire.filter((line) => line.includes(path)).length;
  return { world, tab, hours, flusher, application, asked };
}

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
  world.between = async (request, ask) => (request.path === '/sync/report' ? new Promise(() => {}) : ask(request));
  hours.endless = 'fieldwork-reporter';

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
  for (let note = 0; note < 10; note += 1) {
    await tab.writes({ text: `note ${note}` });
    flusher.wake();
    await hours.pass(2_000);
  }

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
  world.between = async (request, ask) => (request.path === '/sync/contact' ? new Promise(() => {}) : ask(request));
  hours.endless = 'fieldwork-teller';
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
