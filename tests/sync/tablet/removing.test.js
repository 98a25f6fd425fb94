/**
 * What was removed for a child's sake is gone everywhere, and the record of its removal stays (I8). And: pulling.
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import { keepDraft, openDrafts } from '../../../sync/tablet/drafts.js';
import { changedFrames, readFrames, writeFrame } from '../../../sync/tablet/journal.js';
import { openPacks } from '../../../sync/tablet/pulled.js';
import { pullStep } from '../../../sync/tablet/pull.js';
import { redactHere } from '../../../sync/tablet/redact.js';
import { verifyChain } from '../../../sync/tablet/chain.js';
import { toUtf8 } from '../../../sync/tablet/bytes.js';
import { ANN, BEN, VISIT, World } from './world.js';

const redaction = (tab, operations) => tab.intention(undefined, { kind: 'redact', redacts: operations, reason: 'disclosure' });

/** How many copies of the sealed words of an operation this device holds. */
function copies(device, operation) {
  const rows = [...device.unsent.synced.get('entries')?.values() ?? []].filter(({ value }) => value.operation === operation && value.sealed !== null);
  const frames = [...device.files.files.values()].flatMap(({ synced }) => readFrames(synced).frames)
    .filter(({ facts, sealed }) => facts.kind === 'entry' && facts.header.includes(`"operation":"${operation}"`) && sealed.length > 0);
  return { rows: rows.length, frames: frames.length };
}

test('a redaction reaches the entry and the journal at once, and the number still arrives', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const { operations: [note] } = await tab.writes({ text: 'his name is' });
  await tab.writes({ text: 'kept' });

  await tab.saves([redaction(tab, [note.operation])]);

  assert.deepEqual(copies(tab.device, note.operation), { rows: 0, frames: 0 });
  await tab.reloads();
  assert.deepEqual(tab.texts(), ['kept']);
  await tab.pushesAll();
  assert.equal(world.office.stored.length, 3);
  assert.ok(!world.office.bodies().includes('his name is'));
  assert.equal(await verifyChain((await tab.entries()).map(({ header }) => toUtf8(header))), null);
});

test('a frame that nobody changes keeps its very bytes, and damaged bytes do not come along', () => {
  const frame = (header) => writeFrame({ facts: { kind: 'entry', header, minted_at: '', carry: null, redacted: false }, sealed: toUtf8('sealed') });
  const [kept, changed, dropped] = ['kept', 'changed', 'dropped'].map(frame);
  const file = new Uint8Array([...kept, ...toUtf8('damage'), ...changed, ...dropped]);

  const again = changedFrames(file, (one) => {
    if (one.facts.header === 'dropped') return null;
    return one.facts.header === 'changed' ? { facts: { ...one.facts, redacted: true }, sealed: new Uint8Array(0) } : one;
  });

  assert.deepEqual(again.slice(0, kept.length), kept);
  assert.deepEqual(readFrames(again).frames.map(({ facts, sealed }) => [facts.header, facts.redacted, sealed.length]), [['kept', false, 6], ['changed', true, 0]]);
  assert.equal(readFrames(again).damaged_bytes, 0);
});

test('a redaction that comes by pull reaches pulled rows, own entries, drafts and journal, before the cursor moves', async () => {
  const world = new World();
  const ann = await world.enrolled([ANN]);
  const ben = await world.enrolled([BEN]);
  const { operations: [note] } = await ann.writes({ text: 'a name' });
  await ann.pushesAll();
  await ben.pulls();
  await ann.pulls();
  const place = { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record: world.random.uuid4(), field: 'text', block: '' };
  await keepDraft(ann.tablet, { place, operation: world.operationId(), kind: 'revise', base: [note.operation], started_from: [note.operation], fields: { text: 'a name, and' } });
  await ben.saves([redaction(ben, [note.operation])]);
  await ben.pushesAll();

  const result = await ann.pulls();

  assert.equal(result.drafts_redacted, 1);
  assert.deepEqual(ann.texts(), []);
  assert.deepEqual(copies(ann.device, note.operation), { rows: 0, frames: 0 });
  assert.equal((await openDrafts(ann.tablet, ann.keys)).drafts.length, 0);
  for (const tab of [ann, ben]) {
    // Without loading anew, which would finish what a pull had left.
    while ((await pullStep(tab.tablet, tab.keys, VISIT, 'evidence')).more);
    const bodies = (await openPacks(tab.tablet.pulled, tab.keys.pulledKey)).flatMap(({ operations }) => operations)
      .filter(({ header }) => header.includes(`"operation":"${note.operation}"`)).map(({ body }) => body);
    assert.deepEqual(bodies, [null]);
  }
});

test('I8: a redaction by pull that is cut off at any point is finished in the end', async () => {
  for (let point = 1; ; point += 1) {
    const world = new World(`redact ${point}`);
    const ann = await world.enrolled([ANN]);
    const ben = await world.enrolled([BEN]);
    const { operations: [note] } = await ann.writes({ text: 'a name' });
    await ann.pushesAll();
    await ben.pulls();
    await ben.saves([redaction(ben, [note.operation])]);
    await ben.pushesAll();
    ann.life.arm(point);

    const end = await Promise.race([ann.pulls().then(() => 'finished'), ann.life.died]);

    ann.device.powerLoss();
    const after = await world.starts(ann.device);
    await after.unlocks(ANN);
    await after.pulls();
    assert.deepEqual(copies(ann.device, note.operation), { rows: 0, frames: 0 }, `point ${point}`);
    assert.deepEqual(after.texts(), []);
    if (end === 'finished') break;
  }
});

test('an unsent note that was redacted arrives as its number alone', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const { operations: [note] } = await tab.writes({ text: 'never sent' });
  await redactHere(tab.tablet, [note.operation], world.operationId());
  let sent = '';
  world.between = (request, ask) => {
    sent = new TextDecoder().decode(request.body);
    return ask(request);
  };

  const result = await tab.pushes();

  assert.match(sent, /\}\t\t\n$/);
  assert.deepEqual([result.held, result.left], [1, 1]);
  await tab.saves([redaction(tab, [note.operation])]);
  world.online();
  assert.equal((await tab.pushesAll()).left, 0, 'the redaction answers for the missing body');
});

test('a body that was redacted does not come back from the journal', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const { operations: [note] } = await tab.writes({ text: 'his name is' });
  const before = [...tab.device.files.files.values()][0].synced.slice();
  await tab.saves([redaction(tab, [note.operation])]);
  tab.device.kill();
  tab.device.files.damage(() => before);
  tab.device.unsent.damage('entries', (value) => (value.operation === note.operation ? undefined : value));

  const after = await world.starts(tab.device);

  await after.unlocks(ANN);
  assert.equal(after.report.restored, 1);
  assert.deepEqual(copies(tab.device, note.operation), { rows: 0, frames: 0 });
  assert.deepEqual(after.texts(), []);
});

test('a receipt that says the body is gone removes it here as well', async () => {
  const world = new World();
  const ann = await world.enrolled([ANN]);
  const ben = await world.enrolled([BEN]);
  const { operations: [note] } = await ann.writes({ text: 'a name' });
  await ben.saves([redaction(ben, [note.operation])]);
  await ben.pushesAll();

  const result = await ann.pushes();

  assert.equal(result.safe, 1);
  assert.deepEqual(copies(ann.device, note.operation), { rows: 0, frames: 0 });
});

test('carry keys go with the last words under them, at a start alone', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const { operations: [note] } = await tab.writes({ text: 'his name is' });
  await redactHere(tab.tablet, [note.operation], world.operationId());
  assert.equal(await tab.storage.count('carry_keys'), 1);
  assert.equal((await tab.writes({ text: 'on' })).saved, 'twice', 'a key in memory is never taken away');
  await redactHere(tab.tablet, (await tab.entries()).map(({ operation }) => operation), world.operationId());
  tab.device.kill();

  const after = await world.starts(tab.device);

  assert.equal(await after.storage.count('carry_keys'), 0);
});

test('pull brings what others wrote, page by page, and a cut at any point repeats and skips nothing', async () => {
  const source = new World();
  const ben = await source.enrolled([BEN]);
  for (let note = 0; note < 8; note += 1) await ben.writes({ text: `n${note}` });
  await ben.pushesAll();
  for (let point = 1; ; point += 1) {
    const world = new World(`pull ${point}`);
    world.office = source.office;
    const ann = await world.enrolled([ANN]);
    ann.life.arm(point);

    const end = await Promise.race([ann.pulls().then(() => 'finished'), ann.life.died]);

    ann.device.powerLoss();
    const after = await world.starts(ann.device);
    await after.unlocks(ANN);
    await after.pulls();
    assert.deepEqual(after.texts(), ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']);
    const positions = (await openPacks(after.tablet.pulled, after.keys.pulledKey)).flatMap(({ operations }) => operations).map(({ position }) => position);
    assert.deepEqual(positions.sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
    if (end === 'finished') break;
  }
});

test('a page whose body is not the one its header names changes nothing', async () => {
  const world = new World();
  const ben = await world.enrolled([BEN]);
  await ben.writes({ text: 'true words' });
  await ben.pushesAll();
  world.between = async (request, ask) => {
    const answer = await ask(request);
    return { ...answer, bytes: toUtf8(new TextDecoder().decode(answer.bytes).replace('true words', 'false word')) };
  };

  const result = await ben.pulls();

  assert.deepEqual([result.problem, result.after], ['body_differs', 0]);
});

test('after a restore of central the replica is pulled anew and equals central', async () => {
  const world = new World();
  const ann = await world.enrolled([ANN]);
  const ben = await world.enrolled([BEN]);
  await ann.writes({ text: 'first' });
  await ann.pushesAll();
  const backup = world.office.backup();
  await ann.writes({ text: 'second' });
  await ann.pushesAll();
  await ben.pulls();
  world.office.restore(backup);
  await ben.writes({ text: 'third' });
  await ben.pushesAll();
  await ann.compares();
  await ann.compares();
  await ann.pushesAll();

  await ben.pulls();

  const positions = (await openPacks(ben.tablet.pulled, ben.keys.pulledKey)).flatMap(({ operations }) => operations)
    .sort((a, b) => a.position - b.position).map(({ body }) => JSON.parse(body).fields.text);
  assert.deepEqual(positions, ['first', 'third', 'second']);
});

test('I11: a scope that may no longer be read is removed; the 404 of a café removes nothing', async () => {
  const world = new World();
  const ben = await world.enrolled([BEN]);
  await ben.writes({ text: 'x' });
  await ben.pushesAll();
  await ben.pulls();
  const says = (text) => async () => ({ status: 404, contentType: '', retryAfter: null, bytes: toUtf8(text) });

  world.between = says('<h1>Not found</h1>');
  const cafe = await ben.pulls();
  const kept = (await openPacks(ben.tablet.pulled, ben.keys.pulledKey)).length;
  world.between = says(JSON.stringify({ format: 'fieldwork-problem/1', epoch: world.office.epoch }));
  const office = await ben.pulls();

  assert.deepEqual([cafe.problem, kept], ['status_404', 1]);
  assert.equal(office.problem, 'not_readable_here');
  assert.equal((await openPacks(ben.tablet.pulled, ben.keys.pulledKey)).length, 0);
});

test('SYN-14: two inspectors who change one field apart are both heard, and one who decides ends it', async () => {
  const world = new World();
  const ann = await world.enrolled([ANN]);
  const ben = await world.enrolled([BEN]);
  const note = ann.intention({ text: 'start', place: 'kitchen' });
  await ann.saves([note]);
  await ann.pushesAll();
  await ben.pulls();
  const revise = (tab, fields) => tab.intention(fields, { kind: 'revise', record: note.record, base: tab.replica.find(note.record).heads });
  await ann.reloads();
  await ann.saves([revise(ann, { text: 'Ann' })]);
  await ben.saves([revise(ben, { text: 'Ben' })]);
  for (const tab of [ann, ben]) await tab.pushesAll();
  for (const tab of [ann, ben]) await tab.pulls();

  assert.deepEqual(ann.replica.find(note.record), ben.replica.find(note.record));
  assert.deepEqual(ann.replica.conflicts(), [{ record: note.record, record_type: 'block', fields: ['text'] }]);
  await ann.saves([revise(ann, { text: 'both' })]);
  await ann.pushesAll();
  await ben.pulls();
  assert.deepEqual(ben.texts(), ['both']);
});
