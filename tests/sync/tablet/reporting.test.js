/**
 * What a start finds wrong with the two copies reaches the office as counts, once, whatever befalls the tablet meanwhile.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { toUtf8 } from '../../../sync/tablet/bytes.js';
import { keepDraft } from '../../../sync/tablet/drafts.js';
import { changedFrames } from '../../../sync/tablet/journal.js';
import { StorageProblem } from '../../../sync/tablet/ports.js';
import { reconcile } from '../../../sync/tablet/reconcile.js';
import { reportDrafts, reportStep, waitingReports } from '../../../sync/tablet/report.js';
import { ANN, VISIT, World } from './world.js';

const { answers_about_another, wrong_answers } = JSON.parse(readFileSync(new URL('../../../sync/vectors/reports.json', import.meta.url), 'utf8'));

/** A tablet with five notes, just switched off. */
async function withFiveNotes() {
  const world = new World();
  const tab = await world.enrolled();
  for (const text of ['1', '2', '3', '4', '5']) await tab.writes({ text });
  await tab.tablet.sentinelNotes.settled();
  tab.device.kill();
  return { world, device: tab.device };
}

/** A journal's file without the frame of one note, cleanly. */
const withoutNote = (bytes, sequence) => changedFrames(bytes, (frame) => (frame.facts.kind === 'entry' && JSON.parse(frame.facts.header).sequence === sequence ? null : frame));

/** The numbers of what the office was told, without what is nought. */
function told(world) {
  return [...world.office.reports.values()].map(({ format: _format, found_at: _found_at, ...found }) => Object.fromEntries(Object.entries(found).filter(([, value]) => value)));
}

/** The start after the damage, and its report sent. */
async function reported(world, device, persisted = undefined) {
  const tab = await world.starts(device);
  const result = await reportStep(tab.tablet, persisted);
  tab.device.kill();
  return result;
}

test('a first start and quiet ones have nothing to report', async () => {
  const { world, device } = await withFiveNotes();

  const result = await reported(world, device);

  assert.deepEqual([result.asked, result.taken, result.left, world.office.reports.size], [false, 0, 0, 0]);
});

test('DUR-09: a database that was wiped is reported with what came back, and no later start says it again', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.wipe();

  const result = await reported(world, device, async () => false);
  await reported(world, device);

  assert.deepEqual([result.taken, result.left, result.problem], [1, 0, null]);
  assert.deepEqual(told(world), [{ found_empty: true, restored: 5, certain: true }]);
  assert.equal([...world.office.reports.values()][0].persisted, false);
  assert.equal(world.wire.filter((line) => line.includes('/sync/report')).length, 1);
});

test('DUR-06: damage that the journal mends, and damage that it cannot, are counted apart and once', async () => {
  const { world, device } = await withFiveNotes();
  device.files.wipe();
  await reported(world, device);
  world.office.reports.clear();
  device.unsent.damage('entries', (value) => {
    if (value.sequence === 2) value.sealed[30] ^= 1;
    return value;
  });
  await reported(world, device);
  device.files.wipe();
  device.unsent.damage('entries', (value) => {
    if (value.sequence === 4) value.sealed[30] ^= 1;
    return value;
  });

  await reported(world, device);
  const again = await world.starts(device);
  await reportStep(again.tablet);

  assert.deepEqual(told(world), [{ repaired: 1, certain: true }, { copied: 4, damaged: 1 }]);
  assert.deepEqual([again.report.damaged, again.report.repaired], [1, 0], 'wrong bytes do not become right ones by being copied');
});

test('DUR-08: a journal that is gone is reported with what was copied into it again', async () => {
  const { world, device } = await withFiveNotes();
  device.files.wipe();

  await reported(world, device);

  assert.deepEqual(told(world), [{ copied: 5 }], 'whether the database is an older one, nothing is left to say');
});

test('a journal of which a part can be read is reported as copied again, and as certain', async () => {
  const { world, device } = await withFiveNotes();
  device.files.damage((bytes) => bytes.slice(0, bytes.length - 10));

  await reported(world, device);

  assert.deepEqual(told(world).map(({ copied, certain }) => [copied, certain]), [[1, true]]);
});

test('nothing is said to have been copied into a journal that cannot be written', async () => {
  const { world, device } = await withFiveNotes();
  device.files.wipe();
  device.files.fault = { kind: 'failed', writes: 100 };
  const { tablet } = device.start();
  tablet.secondCopy.write = async () => new StorageProblem('failed');

  const { problem } = await reconcile(tablet);

  assert.equal(problem, 'second_copy_failed');
  assert.deepEqual(await waitingReports(tablet.storage), []);
});

test('DUR-07: what neither copy holds is counted with its streams, and told once', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.damage('entries', (value, [, sequence]) => (sequence > 3 ? undefined : value));
  device.files.wipe();

  await reported(world, device);
  await reported(world, device);

  assert.deepEqual(told(world), [{ copied: 3, lost: 2, lost_streams: 1 }]);
});

test('what is lost is never called certain: the sentinel may be one behind', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.damage('entries', (value, [, sequence]) => (sequence === 2 ? undefined : value));
  device.files.damage((bytes) => withoutNote(bytes, 2));

  const { report } = await world.starts(device);

  assert.deepEqual([report.lost, report.certain], [1, false]);
});

test('a start that could not know what is missing is remembered by every later one, in both copies', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.wipe();
  Object.assign(device.sentinel, { facts: null, synced: null });
  device.files.damage((bytes) => bytes.slice(0, bytes.length - 10));

  const first = await world.starts(device);
  first.device.kill();
  device.files.damage((bytes) => withoutNote(bytes, 4));
  const second = await world.starts(device);
  second.device.kill();
  device.unsent.wipe();
  const third = await world.starts(device);

  assert.deepEqual([first, second, third].map(({ report }) => [report.restored, report.copied, report.certain, report.missing_before]), [
    [4, 0, false, false], [0, 1, true, true], [4, 0, true, true],
  ]);
});

test('a start that comes after a counted loss knows that something was missing before', async () => {
  for (const lose of [
    (device) => device.unsent.damage('entries', (value, [, sequence]) => (sequence === 2 ? undefined : value)),
    (device) => device.unsent.damage('entries', (value) => {
      if (value.sequence === 2) value.sealed[30] ^= 1;
      return value;
    }),
  ]) {
    const { world, device } = await withFiveNotes();
    lose(device);
    device.files.damage((bytes) => withoutNote(bytes, 2));
    const first = await world.starts(device);
    first.device.kill();

    const second = await world.starts(device);

    assert.equal(first.report.lost + first.report.damaged, 1);
    assert.deepEqual([first.report.missing_before, second.report.missing_before], [false, true]);
  }
});

test('while the sentinel cannot be written a start is not certain, and it is again when it could be', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: '1' });
  await tab.tablet.sentinelNotes.settled();
  const cut = (bytes) => bytes.slice(0, bytes.length - 10);

  tab.tablet.sentinel.write = async () => { throw new StorageProblem('quota'); };
  for (const text of ['2', '3']) await tab.writes({ text });
  await tab.tablet.sentinelNotes.settled();
  tab.device.kill();
  tab.device.files.damage(cut);
  const after = await world.starts(tab.device);
  assert.deepEqual([after.report.copied, after.report.certain], [1, false]);

  after.device.kill();
  tab.device.files.damage(cut);
  const later = await world.starts(tab.device);
  assert.deepEqual([later.report.copied > 0, later.report.certain], [true, true]);

  const { write } = later.tablet.sentinel;
  later.tablet.sentinel.write = async () => { throw new StorageProblem('quota'); };
  await later.tablet.sentinelNotes.note([]);
  assert.notEqual(await later.storage.read('marks', 'sentinel_failed'), undefined);
  later.tablet.sentinel.write = write;
  await later.tablet.sentinelNotes.note([]);
  assert.equal(await later.storage.read('marks', 'sentinel_failed'), undefined);
});

test('a sentinel that had missed several notes makes no start certain that finds the database gone', async () => {
  const { world, device } = await withFiveNotes();
  const [stream] = Object.keys(device.sentinel.facts.highest);
  device.unsent.wipe();
  device.sentinel.facts.highest[stream] = 2;
  device.files.damage((bytes) => withoutNote(bytes, 5));

  const { report } = await world.starts(device);

  assert.deepEqual([report.restored, report.lost, report.journal_damaged_bytes, report.certain], [4, 0, 0, false]);
});

test('where nothing remembers how far the tablet had come, it does not claim to know what is missing', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.wipe();
  Object.assign(device.sentinel, { facts: null, synced: null });

  const { report } = await world.starts(device);

  assert.deepEqual([report.restored, report.lost, report.certain], [5, 0, false]);
});

test('a poorer database beside a damaged journal is not certain either: the last note may have stood in the damaged part', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.wipe();
  device.files.damage((bytes) => bytes.slice(0, bytes.length - 10));

  const { report } = await world.starts(device);

  assert.ok(report.journal_damaged_bytes > 0);
  assert.equal(report.certain, false);
});

test('a report holds no word, no name and no id of what was written', async () => {
  const { world, device } = await withFiveNotes();
  const ids = [...(device.unsent.written.get('entries') ?? new Map()).values()].flatMap(({ value }) => [value.operation, ...value.stream.split(' ')]);
  device.unsent.wipe();
  const bodies = [];
  world.between = (request, ask) => {
    bodies.push(new TextDecoder().decode(request.body));
    return ask(request);
  };

  await reported(world, device);

  assert.ok(ids.length > 5);
  assert.deepEqual(ids.filter((id) => bodies.some((body) => body.includes(id))), []);
});

test('a report waits for an answer that names it: no answer, a café, a refusal and another report change nothing', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.wipe();
  const tab = await world.starts(device);
  const problems = [];
  const say = (status, raw) => async () => ({ status, contentType: '', retryAfter: '30', bytes: toUtf8(raw) });
  const answers = [...wrong_answers, ...answers_about_another].map(({ raw }) => say(200, raw));
  for (const between of [async () => { throw new (await import('../../../sync/tablet/ports.js')).NetworkProblem(); }, ...answers, say(401, '{}'), say(503, '')]) {
    world.between = between;
    problems.push((await reportStep(tab.tablet)).problem);
  }

  world.online();
  const result = await reportStep(tab.tablet);

  assert.deepEqual([...new Set(problems)], ['no_answer', 'not_from_central', 'status_401', 'status_503']);
  assert.deepEqual([result.taken, result.left], [1, 0]);
});

test('an answer that was lost means that the same report is sent again, under the same id', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.wipe();
  world.between = async (request, ask) => {
    await ask(request);
    world.online();
    return { status: 200, contentType: '', retryAfter: null, bytes: new Uint8Array(0) };
  };
  const lost = await reported(world, device);

  const result = await reported(world, device);

  assert.deepEqual([lost.problem, result.taken], ['not_from_central', 1]);
  assert.equal(world.wire.filter((line) => line.includes('/sync/report')).length, 2);
  assert.equal(world.office.reports.size, 1);
});

test('a report that the office cannot read holds up no other', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.wipe();
  (await world.starts(device)).device.kill();
  world.ticks();
  device.files.wipe();
  const tab = await world.starts(device);
  let first = true;
  world.between = async (request, ask) => {
    if (!first) return ask(request);
    first = false;
    return { status: 400, contentType: '', retryAfter: null, bytes: new Uint8Array(0) };
  };

  const result = await reportStep(tab.tablet);

  assert.deepEqual([result.taken, result.left, result.problem], [1, 1, 'status_400']);
  assert.deepEqual(told(world), [{ copied: 5 }]);
});

test('a start that is cut off at any point loses no count: the next one goes on with its report', async () => {
  for (let point = 1; ; point += 1) {
    const { world, device } = await withFiveNotes();
    device.unsent.wipe();
    device.files.damage((bytes) => bytes.slice(0, bytes.length - 10));
    const { tablet, life } = device.start();
    life.arm(point);

    const end = await Promise.race([reconcile(tablet).then(() => 'finished'), life.died]);

    device.powerLoss();
    await reported(world, device);
    await reported(world, device);
    const reports = told(world);
    assert.equal(reports.reduce((sum, { lost = 0 }) => sum + lost, 0), 1, `point ${point}`);
    assert.equal(reports.reduce((sum, { restored = 0 }) => sum + restored, 0), 4, `point ${point}`);
    assert.ok(reports.every(({ certain }) => !certain), `point ${point}`);
    assert.equal(new Set(world.office.reports.keys()).size, reports.length);
    if (end === 'finished') break;
  }
});

test('a tablet whose database can be read and not written starts all the same, and reports later', async () => {
  const { world, device } = await withFiveNotes();
  device.files.wipe();
  device.unsent.fault = { kind: 'quota', commits: 1_000 };

  const full = await world.starts(device);
  assert.deepEqual([full.report.copied, (await waitingReports(full.storage)).length], [5, 0]);
  device.unsent.fault = null;
  device.kill();
  device.files.wipe();
  await reported(world, device);

  assert.deepEqual(told(world), [{ copied: 5 }]);
});

test('drafts that do not open are reported once, and again only when there are more', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const place = (record) => ({ person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record, field: 'text', block: record });
  await keepDraft(tab.tablet, { place: place('a'), operation: world.operationId(), kind: 'create', base: [], started_from: [], fields: { text: 'x' } });

  const noted = [];
  for (const count of [0, 1, 1, 0, 0, 2]) noted.push(await reportDrafts(tab.tablet, ANN, count));
  await reportStep(tab.tablet);

  assert.deepEqual(noted, [false, true, false, false, false, true]);
  assert.deepEqual(told(world), [{ drafts_unopened: 1, certain: true }, { drafts_unopened: 2, certain: true }]);
});

test('a database that is full keeps nobody from unlocking over a draft that does not open', async () => {
  const { world, device } = await withFiveNotes();
  const tab = await world.starts(device);
  device.unsent.fault = { kind: 'quota', commits: 10 };

  assert.equal(await reportDrafts(tab.tablet, ANN, 1), false);
});
