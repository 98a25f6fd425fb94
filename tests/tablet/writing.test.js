/** What is typed: drafts, operations, and what becomes of both at a lock, a kill and an answer that was lost. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { uuid7 } from '../../static/tablet/identifiers.js';
import { Writings } from '../../static/tablet/writing.js';
import { openDrafts } from '../../sync/tablet/drafts.js';
import { addSaved } from '../../sync/tablet/replica.js';
import { waitingReports } from '../../sync/tablet/report.js';
import { ANN, VISIT, World } from '../sync/tablet/world.js';

/** A worker's start at this tablet, as far as writing knows of it. */
function application(tab) {
  const seeOwn = (saved) => addSaved(tab.tablet, tab.keys, tab.replica, saved);
  const session = { seeOwn, person: ANN, get replica() { return tab.replica; } };
  return { tablet: tab.tablet, session, flusher: { wake() {} }, person: () => ANN };
}

/** A page with one box. */
function boxOn(writings, record = uuid7()) {
  return {
    record,
    base: [],
    async types(text, how = {}) {
      const fields = { evidence: 'e', kind: 'verbatim', text, place: 't1' };
      const kept = await writings.typed({ record, scope: VISIT, evidence: 'e', base: this.base, shown: '{}', fields, finished: false, ...how });
      this.base = kept.base;
      return kept;
    },
  };
}

async function begun() {
  const world = new World();
  const tab = await world.enrolled();
  const writings = new Writings(application(tab));
  return { world, tab, writings, box: boxOn(writings) };
}

const drafts = (tab) => openDrafts(tab.tablet, tab.keys).then(({ drafts: found }) => found.map(({ fields }) => fields.text));

test('typing keeps a draft and no operation; leaving makes one operation and no draft', async () => {
  const { tab, box } = await begun();

  const typing = await box.types('The li');
  assert.equal(typing.state.words, 'Draft kept');
  assert.deepEqual(await drafts(tab), ['The li']);
  assert.equal((await tab.entries()).length, 0);
  const left = await box.types('The line.', { finished: true });

  assert.equal(left.state.words, 'Saved on this tablet');
  assert.deepEqual([await drafts(tab), tab.texts()], [[], ['The line.']]);
});

test('saving twice writes once', async () => {
  const { tab, box } = await begun();

  await Promise.all([box.types('The line.', { finished: true, closed: true }), box.types('The line.', { finished: true, closed: true })]);

  assert.equal((await tab.entries()).length, 1);
});

test('what the person takes back before anything was saved leaves nothing', async () => {
  const { tab, box } = await begun();

  await box.types('Not this');
  await box.types('', { finished: true, closed: true });

  assert.deepEqual([await drafts(tab), (await tab.entries()).length], [[], 0]);
});

test('words typed after an operation revise it, and the block is one', async () => {
  const { tab, box } = await begun();

  await box.types('The line.', { finished: true });
  await box.types('The line. Always the line.', { finished: true });

  assert.deepEqual(tab.texts(), ['The line. Always the line.']);
  assert.equal((await tab.entries()).length, 2);
});

test('an unchanged form that is sent writes nothing', async () => {
  const { tab, writings, box } = await begun();
  await box.types('The line.', { finished: true, closed: true });

  const again = boxOn(writings, box.record);
  again.base = box.base;
  await again.types('The line.', { finished: true, closed: true, shown: JSON.stringify({ evidence: 'e', kind: 'verbatim', text: 'The line.', place: 't1' }) });

  assert.equal((await tab.entries()).length, 1);
});

test('a draft of a tablet that was killed becomes an operation at the next unlock, once', async () => {
  const { world, tab, box } = await begun();
  await box.types('In the middle of a sen');
  tab.device.kill();

  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  const writings = new Writings(application(after));
  assert.equal(await writings.adopt(after.keys, after.replica), 1);
  assert.equal(await writings.adopt(after.keys, after.replica), 0);

  await after.reloads();
  assert.deepEqual(after.texts(), ['In the middle of a sen']);
});

test('a draft that does not open stays, and the office is told how many there are, once', async () => {
  const { world, tab, box } = await begun();
  await box.types('In the middle of a sen');
  tab.device.kill();
  tab.device.unsent.damage('drafts', (row) => ({ ...row, sealed: row.sealed.map((byte) => byte ^ 1) }));
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  let woken = 0;
  const here = application(after);
  const writings = new Writings({ ...here, flusher: { ...here.flusher, reporting: { wake: () => { woken += 1; } } } });

  assert.equal(await writings.adopt(after.keys, after.replica), 0);
  assert.equal(await writings.adopt(after.keys, after.replica), 0);

  assert.equal(await after.storage.count('drafts'), 1);
  assert.deepEqual([woken, (await waitingReports(after.storage)).map(({ found }) => found.drafts_unopened)], [1, [1]]);
});

test('a worker that was started anew goes on with the block that the page is writing', async () => {
  const { world, tab, box } = await begun();
  await box.types('The line.', { finished: true });
  tab.device.kill();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  const next = boxOn(new Writings(application(after)), box.record);
  next.base = box.base;

  await next.types('The line. And amber.', { finished: true, closed: true });

  assert.deepEqual(after.texts(), ['The line. And amber.']);
});

test('an operation that was kept though its answer was lost is revised, and no words are lost', async () => {
  const { tab, box } = await begun();
  await box.types('The li');
  const [draft] = (await openDrafts(tab.tablet, tab.keys)).drafts;
  await tab.saves([{ ...tab.intention({ text: 'The li' }), operation: draft.operation, record: box.record }]);

  const kept = await box.types('The line.', { finished: true });

  assert.equal(kept.state.words, 'Saved on this tablet');
  await tab.reloads();
  assert.deepEqual(tab.replica.find(box.record).fields.get('text').map(({ value }) => value), ['The line.']);
});

for (const [when, before] of /** @type {[string, [string, object][]][]} */ ([
  ['before its first operation', [['Half a sen', {}]]],
  ['after its first operation', [['Half a', { finished: true }], ['Half a sen', {}]]],
])) {
  test(`DUR-16: a draft that a second tab takes over at its unlock, ${when}, costs none of the words that follow in the first`, async () => {
    const { world, tab, box } = await begun();
    for (const [text, how] of before) await box.types(text, how);
    const second = await world.starts(tab.device);
    await second.unlocks(ANN);
    assert.equal(await new Writings(application(second)).adopt(second.keys, second.replica), 1);

    const kept = await box.types('Half a sentence.', { finished: true, closed: true });

    assert.equal(kept.state.words, 'Saved on this tablet');
    const seen = () => tab.replica.find(box.record).fields.get('text').map(({ value }) => value);
    assert.deepEqual(seen(), ['Half a sentence.']);
    await tab.reloads();
    assert.deepEqual(seen(), ['Half a sentence.']);
  });
}

test('DUR-16: words under an id that another tab has sealed are not called saved while nobody can look whether they are the same', async () => {
  const world = new World();
  const first = await world.enrolled();
  const locked = await world.starts(first.device);
  const note = first.intention({ text: 'fewer' });
  await first.saves([note]);

  const saved = await locked.saves([{ ...note, fields: { text: 'fewer and more' } }]);

  assert.deepEqual([saved.saved, saved.problem], ['no', 'same_operation_other_words']);
});

test('locking leaves no words in memory', async () => {
  const { tab, writings, box } = await begun();
  await box.types('In the mid');

  await writings.settle();
  writings.forget();

  assert.deepEqual([await drafts(tab), tab.texts()], [[], ['In the mid']]);
});

test('Save is one commit: the draft goes with it', async () => {
  const { tab, box } = await begun();
  await box.types('The li');
  const before = tab.device.unsent.commits;

  await box.types('The line.', { finished: true, closed: true });

  assert.equal(tab.device.unsent.commits - before, 1);
  assert.deepEqual(await drafts(tab), []);
});

test('words that only the journal took are not called lost because their draft could not be removed', async () => {
  const { world, tab, box } = await begun();
  await box.types('The li');
  tab.device.unsent.fault = { kind: 'failed', commits: 100, reads: true };

  const kept = await box.types('The line.', { finished: true, closed: true });

  assert.equal(kept.state.words, 'Saved once. The main copy failed.');
  tab.device.unsent.fault = null;
  tab.device.kill();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  assert.deepEqual(after.texts(), ['The line.']);
  assert.equal(await new Writings(application(after)).adopt(after.keys, after.replica), 0);
  await after.reloads();
  assert.deepEqual([after.texts(), await drafts(after)], [['The line.'], []]);
});

test('a draft with words that its operation has not is a revision of it', async () => {
  const { world, tab, box } = await begun();
  await box.types('The line. And amber.');
  const [draft] = (await openDrafts(tab.tablet, tab.keys)).drafts;
  await tab.saves([{ ...tab.intention({ text: 'The line.' }), operation: draft.operation, record: box.record }]);
  tab.device.kill();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);

  assert.equal(await new Writings(application(after)).adopt(after.keys, after.replica), 1);

  await after.reloads();
  assert.deepEqual(after.texts(), ['The line. And amber.']);
});

test('a draft that cannot be removed at unlock keeps nobody out, and is no revision of its own operation', async () => {
  const { world, tab, box } = await begun();
  await box.types('The li');
  const [draft] = (await openDrafts(tab.tablet, tab.keys)).drafts;
  await tab.saves([{ ...tab.intention({ evidence: 'e', kind: 'verbatim', text: 'The line.', place: 't1' }), operation: draft.operation, record: box.record }]);
  tab.device.kill();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  after.device.unsent.fault = { kind: 'failed', commits: 100 };

  assert.equal(await new Writings(application(after)).adopt(after.keys, after.replica), 0);

  after.device.unsent.fault = null;
  await after.reloads();
  assert.deepEqual(after.texts(), ['The line.']);
});
