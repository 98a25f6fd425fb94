/**
 * Sending: a note is safe at the office only when the office's own hash says so, and nothing else moves it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import { toUtf8, fromUtf8 } from '../../../sync/tablet/bytes.js';
import { retryAfterMs, waitAfter } from '../../../sync/tablet/backoff.js';
import { countOutbox, needsAttention } from '../../../sync/tablet/outbox.js';
import { NetworkProblem } from '../../../sync/tablet/ports.js';
import { purgeStream } from '../../../sync/tablet/purge.js';
import { ANN, BEN, readsOf, World } from './world.js';

async function withNotes(count, world = new World()) {
  const tab = await world.enrolled();
  for (let note = 1; note <= count; note += 1) await tab.writes({ text: `note ${note}` });
  return { world, tab };
}

/** The office's answer, changed. */
const changed = (change) => async (request, ask) => {
  const answer = await ask(request);
  const value = JSON.parse(fromUtf8(answer.bytes));
  change(value);
  return { ...answer, bytes: toUtf8(JSON.stringify(value)) };
};

test('three notes go up in one batch and are safe, byte for byte', async () => {
  const { world, tab } = await withNotes(3);

  const result = await tab.pushes();

  assert.deepEqual([result.sent, result.safe, result.left, result.wait_ms], [3, 3, 0, 0]);
  assert.deepEqual(world.office.bodies(), ['note 1', 'note 2', 'note 3']);
  assert.equal((await countOutbox(tab.tablet)).safe, 3);
});

test('SYN-10: an answer with fewer receipts than operations lets only those leave', async () => {
  const { world, tab } = await withNotes(3);
  world.between = changed(({ receipts }) => receipts.splice(1, 1));

  const result = await tab.pushes();

  assert.deepEqual([result.safe, result.left], [2, 1]);
  assert.deepEqual((await tab.storage.range('outbox')).map(({ key }) => key[1]), [2]);
});

for (const hash of ['header_hash', 'body_hash']) {
  test(`a receipt with another ${hash} is not believed`, async () => {
    const { world, tab } = await withNotes(2);
    world.between = changed(({ receipts }) => {
      receipts[0][hash] = 'f'.repeat(64);
    });

    const result = await tab.pushes();

    assert.deepEqual([result.safe, result.left], [1, 1]);
    assert.deepEqual((await needsAttention(tab.storage)).map(({ code }) => code), ['hash_differs']);
    world.online();
    await tab.pushesAll();
    assert.equal((await countOutbox(tab.tablet)).waiting, 0);
  });
}

const json = (status, bytes, retryAfter = null) => ({ status, contentType: 'application/json', retryAfter, bytes: toUtf8(bytes) });
const ANSWERS = {
  401: json(401, '{"epoch":"x","format":"fieldwork-problem/1"}'),
  403: json(403, ''),
  409: json(409, '{}'),
  413: json(413, ''),
  422: json(422, '{}'),
  429: json(429, '', '30'),
  500: json(500, 'Internal Server Error'),
  503: json(503, '', '120'),
  '503 of central, which is being stopped': json(503, '{"format":"fieldwork-problem/1","epoch":"x","problem":"stopping"}', '5'),
  '507 of central, whose disk is full (OPS-02)': json(507, '{"format":"fieldwork-problem/1","epoch":"x","problem":"no_room"}', '30'),
  'a sign-in page with 200': json(200, '<!doctype html><title>Free wifi</title>'),
  'an empty body': json(200, ''),
  'receipts without an epoch': json(200, '{"format":"fieldwork-receipts/1","receipts":[]}'),
};

for (const [name, answer] of Object.entries(ANSWERS)) {
  test(`DUR-23: ${name} leaves the outbox as it is, and waits at least 5 seconds`, async () => {
    const { world, tab } = await withNotes(3);
    const before = await tab.storage.range('outbox');
    world.between = async () => answer;

    const results = [await tab.pushes(), await tab.pushes(), await tab.pushes()];

    assert.deepEqual(await tab.storage.range('outbox'), before);
    for (const { wait_ms, left, problem } of results) {
      assert.ok(wait_ms >= 5_000 && wait_ms <= 120_000);
      assert.equal(left, 3);
      assert.ok(problem);
    }
    world.online();
    await tab.pushesAll();
    assert.equal(world.office.stored.length, 3);
  });
}

test('DUR-23: an answer cut at every byte leaves unacknowledged notes where they are', async () => {
  const { world, tab } = await withNotes(2);
  const before = await tab.storage.range('outbox');
  let whole = 1;
  for (let cut = 0; cut < whole; cut += 7) {
    world.between = async (request, ask) => {
      const answer = await ask(request);
      whole = answer.bytes.length;
      return { ...answer, bytes: answer.bytes.slice(0, cut) };
    };
    await tab.pushes();
    assert.deepEqual(await tab.storage.range('outbox'), before);
  }
  world.online();
  await tab.pushesAll();
  assert.equal(world.office.stored.length, 2);
});

test('an answer that is lost costs nothing: the same notes go again and are there once', async () => {
  const { world, tab } = await withNotes(5);
  world.between = async (request, ask) => {
    await ask(request);
    throw new NetworkProblem();
  };
  await tab.pushes();
  world.online();

  await tab.pushesAll();

  assert.equal(world.office.stored.length, 5);
  assert.equal((await countOutbox(tab.tablet)).waiting, 0);
});

test('a batch that fails is halved until the one that is too much is alone, and it never blocks the next', async () => {
  const { world, tab } = await withNotes(8);
  const poison = (await tab.entries())[7].operation;
  const other = await world.starts(tab.device);
  await other.unlocks(ANN);
  await other.writes({ text: 'of another lane' }, { lane: 'vault' });
  world.between = async (request, ask) => (fromUtf8(request.body).includes(poison) ? json(413, '') : ask(request));

  for (let round = 0; round < 12; round += 1) await tab.pushes();

  assert.equal(world.office.stored.length, 8);
  assert.deepEqual((await tab.storage.range('outbox')).map(({ value }) => value.operation), [poison]);
});

test('DUR-24: a note that the office cannot read is kept and shown, and does not block the next start', async () => {
  const { world, tab } = await withNotes(3);
  const refused = (await tab.entries())[2].operation;
  world.office.refused.add(refused);

  const result = await tab.pushes();

  assert.deepEqual([result.safe, result.attention], [2, 1]);
  assert.equal((await tab.pushes()).sent, 0, 'it is not sent again and again');
  tab.device.kill();
  const after = await world.starts(tab.device);
  assert.deepEqual((await needsAttention(after.storage)).map(({ standing, operation }) => [standing, operation]), [['unreadable', refused]]);
  world.office.refused.clear();
  await after.pushes();
  assert.equal((await countOutbox(after.tablet)).waiting, 0);
});

test('a line that was cut on the way and came back unreadable is sent again', async () => {
  const { world, tab } = await withNotes(2);
  world.between = changed(({ receipts }) => {
    receipts[1] = { line: 3, verdict: 'unreadable', code: 'header_not_json', line_hash: 'e'.repeat(64) };
  });

  await tab.pushes();

  assert.deepEqual((await tab.storage.range('outbox')).map(({ value }) => value.standing), ['unsent']);
});

test('a batch holds at most 1,000 operations and 1 MB, unless one alone is larger', async () => {
  const world = new World();
  const tab = await world.enrolled();
  for (const size of [400_000, 400_000, 400_000, 1_500_000, 10]) await tab.writes({ text: 'x'.repeat(size) });
  const sizes = [];
  world.between = (request, ask) => {
    sizes.push([request.body.length, fromUtf8(request.body).split('\n').length - 2]);
    return ask(request);
  };

  await tab.pushesAll();

  assert.equal(world.office.stored.length, 5);
  assert.deepEqual(sizes.filter(([bytes]) => bytes > 1_000_000).map(([, operations]) => operations), [1]);
});

test('a batch is read in one request and not in one for each note', async () => {
  const { tab } = await withNotes(30);
  const asked = readsOf(tab);

  const result = await tab.pushes();

  assert.deepEqual([result.sent, result.safe], [30, 30]);
  assert.equal(asked.filter((store) => store === 'entries').length, 1);
});

test('what is safe already is not read again between notes that wait', async () => {
  const { world, tab } = await withNotes(30);
  world.between = changed((answer) => { answer.receipts = answer.receipts.slice(9, 19); });
  await tab.pushes();
  world.online();
  const after = await world.starts(tab.device);
  const asked = readsOf(after);

  const result = await after.pushes();

  assert.deepEqual([result.sent, result.safe], [20, 20]);
  assert.equal(asked.filter((store) => store === 'entries').length, 2);
});

test('waiting grows with jitter from five seconds to a minute, and obeys the office within ten minutes', () => {
  assert.equal(waitAfter(1, 0), 5_000);
  for (let failures = 1; failures < 50; failures += 1) assert.ok(waitAfter(failures, 0.999) <= 60_000);
  assert.ok(waitAfter(8, 0.9) > waitAfter(1, 0.9));
  assert.equal(waitAfter(1, 0, 120_000), 120_000);
  assert.equal(waitAfter(1, 0, 86_400_000), 600_000);
  assert.equal(retryAfterMs('30', ''), 30_000);
  assert.equal(retryAfterMs('Tue, 11 Feb 2025 10:01:00 GMT', '2025-02-11T10:00:00.000Z'), 60_000);
  assert.equal(retryAfterMs('soon', '2025-02-11T10:00:00.000Z'), 0);
});

test('DUR-21: whoever is signed in carries another person\'s notes up, and cannot read them', async () => {
  const world = new World();
  const tab = await world.enrolled([ANN, BEN]);
  await tab.writes({ text: 'Ann wrote this' });
  tab.device.kill();
  const carrier = await world.starts(tab.device);
  await carrier.unlocks(BEN);

  const counts = await countOutbox(carrier.tablet);
  await carrier.pushesAll();

  assert.deepEqual(carrier.texts(), []);
  assert.deepEqual(counts.waiting_by_person, { [ANN]: 1 });
  assert.deepEqual(world.office.bodies(), ['Ann wrote this']);
  const [entry] = await carrier.entries();
  const carryRow = await carrier.storage.read('carry_keys', entry.carry);
  await assert.rejects(() => carrier.tablet.carry.forReading(carryRow, carrier.keys.privateKey), { name: 'NotOpened' });
});

test('sending needs no unlock', async () => {
  const { world, tab } = await withNotes(2);
  tab.device.kill();
  const locked = await world.starts(tab.device);

  await locked.pushesAll();

  assert.equal(world.office.stored.length, 2);
});

test('SYN-11 SYN-12: after a restore of central the tablet offers exactly what central lacks', async () => {
  const { world, tab } = await withNotes(2);
  await tab.pushesAll();
  await tab.compares();
  const backup = world.office.backup();
  for (const text of ['a', 'b', 'c']) await tab.writes({ text });
  await tab.pushesAll();
  await tab.compares();
  world.office.restore(backup);

  const first = await tab.compares();
  const second = await tab.compares();

  assert.equal(first.epochChanged, true);
  assert.equal(second.offered, 3);
  await tab.pushesAll();
  assert.equal(world.office.stored.length, 5);
  assert.equal((await tab.compares()).agreed, 1);
});

test('after a restore of central what waited there for a decision is offered again as well', async () => {
  const { world, tab } = await withNotes(1);
  const backup = world.office.backup();
  world.between = changed(({ receipts }) => Object.assign(receipts[0], { verdict: 'quarantined', code: 'not_assigned' }));
  await tab.pushes();
  assert.deepEqual((await needsAttention(tab.storage)).map(({ at_office }) => at_office), [true]);
  world.online();
  world.office.restore(backup);
  await tab.compares();
  await tab.compares();

  await tab.pushesAll();

  assert.deepEqual(world.office.bodies(), ['note 1']);
});

test('an answer from before a restore that comes late is not believed', async () => {
  const { world, tab } = await withNotes(1);
  await tab.pushesAll();
  const backup = world.office.backup();
  await tab.writes({ text: 'late' });
  world.between = async (request, ask) => {
    const answer = await ask(request);
    world.office.restore(backup);
    world.online();
    await tab.compares();
    return answer;
  };

  const result = await tab.pushes();

  assert.equal(result.problem, 'stale_answer');
  assert.equal((await countOutbox(tab.tablet)).waiting, 1);
  await tab.pushesAll();
  assert.deepEqual(world.office.bodies(), ['note 1', 'late']);
});

test('only what a manifest has agreed on is ever purged, and a start afterwards misses nothing', async () => {
  const { world, tab } = await withNotes(3);
  const [{ stream }] = await tab.entries();
  await tab.pushesAll();
  assert.equal(await purgeStream(tab.tablet, stream, 3), 0);
  await tab.compares();
  await tab.writes({ text: 'newer' });

  const gone = await purgeStream(tab.tablet, stream, 4);

  assert.equal(gone, 3);
  tab.device.kill();
  const after = await world.starts(tab.device);
  assert.deepEqual([after.report.lost, after.report.restored, after.report.behind], [0, 0, false]);
  after.device.kill();
  after.device.unsent.wipe();
  const wiped = await world.starts(tab.device);
  assert.deepEqual([wiped.report.lost, wiped.report.restored], [0, 1]);
});
