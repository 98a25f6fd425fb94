/**
 * At every start the poorer copy is restored from the richer, whichever it is, and what is lost is counted.
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import { readFrames } from '../../../sync/tablet/journal.js';
import { countOutbox } from '../../../sync/tablet/outbox.js';
import { ANN, World } from './world.js';

/** A tablet with five notes, just switched off. */
async function withFiveNotes() {
  const world = new World();
  const tab = await world.enrolled();
  for (const text of ['1', '2', '3', '4', '5']) await tab.writes({ text });
  const incarnation = (await tab.storage.read('marks', 'incarnation')).id;
  tab.device.kill();
  return { world, device: tab.device, incarnation };
}

async function next(world, device) {
  const tab = await world.starts(device);
  await tab.unlocks(ANN);
  return { tab, report: tab.report, incarnation: (await tab.storage.read('marks', 'incarnation')).id };
}

test('a first start is a first start, and a quiet second one changes nothing', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'x' });
  tab.device.kill();

  const { report } = await next(world, tab.device);

  assert.equal(tab.report.first_start, true);
  const { first_start, found_empty, behind, new_incarnation, restored, lost, copied, problem } = report;
  assert.deepEqual({ first_start, found_empty, behind, new_incarnation, restored, lost, copied, problem }, {
    first_start: false, found_empty: false, behind: false, new_incarnation: false, restored: 0, lost: 0, copied: 0, problem: null,
  });
});

test('DUR-09: a database found empty is filled from the journal, keys and all, and writes on under a new incarnation', async () => {
  const { world, device, incarnation } = await withFiveNotes();
  device.unsent.wipe();

  const after = await next(world, device);

  assert.equal(after.report.found_empty, true);
  assert.equal(after.report.restored, 5);
  assert.equal(after.report.lost, 0);
  assert.notEqual(after.incarnation, incarnation);
  assert.deepEqual(after.tab.texts(), ['1', '2', '3', '4', '5']);
  assert.equal((await after.tab.writes({ text: '6' })).saved, 'twice');
  await after.tab.pushesAll();
  assert.deepEqual(world.office.bodies().sort(), ['1', '2', '3', '4', '5', '6']);
});

test('DUR-07: a database that lost its last notes gets them back from the journal', async () => {
  const { world, device, incarnation } = await withFiveNotes();
  for (const store of ['entries', 'outbox']) device.unsent.damage(store, (value, key) => (key[1] > 3 ? undefined : value));
  device.unsent.damage('operations', (value) => (value.sequence > 3 ? undefined : value));
  device.unsent.damage('streams', (value) => ({ ...value, highest: 3, head: 'older' }));

  const after = await next(world, device);

  assert.deepEqual([after.report.behind, after.report.restored], [true, 2]);
  assert.notEqual(after.incarnation, incarnation);
  assert.deepEqual(after.tab.texts(), ['1', '2', '3', '4', '5']);
});

test('a database put back to an older copy never uses a number again', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'old' });
  const older = tab.device.unsent.copy();
  await tab.writes({ text: 'newer' });
  await tab.pushesAll();
  tab.device.kill();
  tab.device.unsent.putBack(older);

  const after = await next(world, tab.device);
  await after.tab.writes({ text: 'newest' });
  await after.tab.pushesAll();

  assert.equal(after.report.behind, true);
  assert.deepEqual(world.office.bodies().sort(), ['new', 'newer', 'newest', 'old'].filter((text) => text !== 'new'));
});

test('an older copy whose journal went as well is noticed by the sentinel, and the loss is counted', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'old' });
  const older = tab.device.unsent.copy();
  await tab.writes({ text: 'gone' });
  await tab.tablet.sentinelNotes.settled();
  tab.device.kill();
  tab.device.unsent.putBack(older);
  tab.device.files.wipe();

  const after = await next(world, tab.device);

  assert.deepEqual([after.report.behind, after.report.new_incarnation, after.report.lost], [true, true, 1]);
  await after.tab.writes({ text: 'on' });
  await after.tab.pushesAll();
  assert.deepEqual(world.office.bodies().sort(), ['old', 'on']);
  tab.device.kill();
  const later = await next(world, tab.device);
  assert.deepEqual([later.report.lost, later.report.new_incarnation], [0, false], 'a loss is told once');
});

test('an older copy, without journal or sentinel, is noticed by the manifest', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'old' });
  const older = tab.device.unsent.copy();
  await tab.writes({ text: 'at the office' });
  await tab.pushesAll();
  tab.device.kill();
  tab.device.unsent.putBack(older);
  tab.device.files.wipe();
  Object.assign(tab.device.sentinel, { facts: null, synced: null });
  const after = await next(world, tab.device);

  const compared = await after.tab.compares();

  assert.equal(after.report.behind, false);
  assert.equal(compared.newIncarnation, true);
  await after.tab.writes({ text: 'on' });
  await after.tab.pushesAll();
  assert.deepEqual(world.office.bodies().sort(), ['at the office', 'old', 'on']);
});

test('DUR-08: a journal that was deleted is written again from the database', async () => {
  const { world, device, incarnation } = await withFiveNotes();
  device.files.wipe();

  const after = await next(world, device);

  assert.deepEqual([after.report.copied, after.report.behind], [5, false]);
  assert.equal(after.incarnation, incarnation);
  device.kill();
  device.unsent.wipe();
  assert.deepEqual((await next(world, device)).tab.texts(), ['1', '2', '3', '4', '5']);
});

test('a journal with a torn tail and a hole in the middle keeps the rest, and says so', async () => {
  const { world, device } = await withFiveNotes();
  device.files.damage((bytes) => {
    const hurt = bytes.slice(0, bytes.length - 10);
    for (let at = Math.floor(hurt.length / 2); at < Math.floor(hurt.length / 2) + 20; at += 1) hurt[at] ^= 0x5a;
    return hurt;
  });

  const after = await next(world, device);

  assert.ok(after.report.journal_damaged_bytes > 100);
  assert.equal(after.report.copied, 2);
  assert.deepEqual(after.tab.texts(), ['1', '2', '3', '4', '5']);
});

test('DUR-06: rows in which the disk changed bytes are mended from the journal', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.damage('entries', (value) => {
    if (value.sequence === 2) value.sealed[30] ^= 1;
    if (value.sequence === 4) value.header = value.header.replace('evidence', 'evidemce');
    return value;
  });
  device.unsent.damage('carry_keys', () => undefined);

  const after = await next(world, device);

  assert.equal(after.report.damaged, 0);
  assert.ok(after.report.repaired >= 2);
  assert.deepEqual(after.tab.texts(), ['1', '2', '3', '4', '5']);
});

test('both copies damaged in different notes: nothing is lost', async () => {
  const { world, device } = await withFiveNotes();
  device.unsent.damage('entries', (value, [, sequence]) => (sequence === 2 ? undefined : value));
  const [file] = device.files.files.values();
  const frames = readFrames(file.written).frames.length;
  device.files.damage((bytes) => {
    const hurt = bytes.slice();
    hurt[hurt.length - 100] ^= 1;
    return hurt;
  });

  const after = await next(world, device);

  assert.ok(frames >= 5);
  assert.deepEqual([after.report.restored, after.report.lost], [1, 0]);
  assert.deepEqual(after.tab.texts(), ['1', '2', '3', '4', '5']);
});

test('a start that is cut off at any point ends in the same place', async () => {
  for (let point = 1; ; point += 1) {
    const { world, device, incarnation } = await withFiveNotes();
    device.unsent.wipe();
    const { tablet, life } = device.start();
    const { reconcile } = await import('../../../sync/tablet/reconcile.js');
    life.arm(point);

    const end = await Promise.race([reconcile(tablet).then(() => 'finished'), life.died]);

    device.powerLoss();
    const after = await next(world, device);
    assert.deepEqual(after.tab.texts(), ['1', '2', '3', '4', '5'], `point ${point}`);
    assert.notEqual(after.incarnation, incarnation);
    await after.tab.writes({ text: '6' });
    await after.tab.pushesAll();
    assert.equal((await countOutbox(after.tab.tablet)).waiting, 0);
    assert.equal(world.office.stored.length, 6);
    if (end === 'finished') break;
  }
});
