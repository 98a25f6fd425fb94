/**
 * Saved is saved: what a person was told is kept survives every crash, on either copy (I1).
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import { toBase64 } from '../../../sync/tablet/bytes.js';
import { draftIntention, draftKey, keepDraft, openDrafts } from '../../../sync/tablet/drafts.js';
import { countOutbox } from '../../../sync/tablet/outbox.js';
import { keepPerson } from '../../../sync/tablet/kept_keys.js';
import { makePersonKeys } from '../../../sync/tablet/keys.js';
import { settle } from '../../../sync/tablet/overflow.js';
import { ANN, readsOf, VISIT, World } from './world.js';

test('a note is saved twice, and both copies are there', async () => {
  const tab = await new World().enrolled();

  const saved = await tab.writes({ text: 'She said the meals had stopped.' });

  assert.equal(saved.saved, 'twice');
  assert.equal(saved.operations[0].sequence, 1);
  await tab.reloads();
  assert.deepEqual(tab.texts(), ['She said the meals had stopped.']);
});

test('no word of a note lies in the clear on the disk', async () => {
  const tab = await new World().enrolled();
  await tab.writes({ text: 'GRANDMOTHER' });

  const disk = Buffer.concat([...tab.device.files.files.values()].map(({ written }) => written)).toString('latin1');
  const rows = [...tab.device.unsent.written.values()].flatMap((store) => [...store.values()]).map(({ value }) => value.sealed)
    .filter(Boolean).map((sealed) => Buffer.from(sealed).toString('latin1')).join();

  assert.ok(!disk.includes('GRANDMOTHER'));
  assert.ok(!rows.includes('GRANDMOTHER'));
});

for (const power of [false, true]) {
  test(`DUR-04 DUR-05: whatever was told saved is there after a crash at every point, ${power ? 'power cut' : 'killed'}`, async () => {
    let points = 0;
    for (let point = 1; ; point += 1) {
      const world = new World(`crash ${point}`);
      const tab = await world.enrolled();
      const { device, life } = tab;
      device.files.tear = (point % 5) / 5;
      const told = [];
      life.arm(point);
      const working = (async () => {
        for (const text of ['one', 'two', 'three']) {
          const saved = await tab.writes({ text });
          if (saved.saved === 'twice') told.push(text);
        }
        return 'finished';
      })();

      const end = await Promise.race([working, life.died]);

      if (power) device.powerLoss();
      else device.kill();
      const after = await world.starts(device);
      await after.unlocks(ANN);
      const kept = after.texts();
      for (const text of told) assert.ok(kept.includes(text), `${text} was lost at point ${point} (${end})`);
      await after.writes({ text: 'afterwards' });
      await after.pushesAll();
      assert.equal((await countOutbox(after.tablet)).waiting, 0, `point ${point}`);
      for (const text of told) assert.ok(world.office.bodies().includes(text));
      assert.equal(new Set(world.office.bodies()).size, world.office.bodies().length, 'nothing came twice');
      if (end === 'finished') break;
      points = point;
    }
    assert.ok(points > 20, `only ${points} crash points were hit`);
  });
}

test('a journal that fails is said in words, and the second copy is made up for later', async () => {
  const world = new World();
  const tab = await world.enrolled();
  tab.device.files.fault = { kind: 'quota', writes: 1 };

  const saved = await tab.writes({ text: 'once' });
  const later = await tab.writes({ text: 'twice' });

  assert.deepEqual([saved.saved, saved.problem, saved.cause], ['once', 'second_copy_failed', 'quota']);
  assert.equal(later.saved, 'twice');
  tab.device.kill();
  tab.device.unsent.wipe();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  assert.deepEqual(after.texts(), ['once', 'twice']);
});

test('DUR-02: a database that is full leaves the note in the journal alone, and says so', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'before' });
  tab.device.unsent.fault = { kind: 'quota', commits: 1 };

  const saved = await tab.writes({ text: 'the tablet is full' });

  assert.deepEqual([saved.saved, saved.problem, saved.cause], ['once', 'database_failed', 'quota']);
  assert.equal(await settle(tab.tablet), null);
  await tab.writes({ text: 'after' });
  await tab.reloads();
  assert.deepEqual(tab.texts(), ['after', 'before', 'the tablet is full']);
  await tab.pushesAll();
  assert.deepEqual(world.office.bodies().sort(), ['after', 'before', 'the tablet is full']);
});

test('what the journal alone has is in the database after the next start', async () => {
  const world = new World();
  const tab = await world.enrolled();
  tab.device.unsent.fault = { kind: 'failed', commits: 1 };
  await tab.writes({ text: 'only in the journal' });
  tab.device.powerLoss();

  const after = await world.starts(tab.device);

  await after.unlocks(ANN);
  assert.equal(after.report.restored, 1);
  assert.deepEqual(after.texts(), ['only in the journal']);
});

test('when neither copy can be made nothing is called saved', async () => {
  const tab = await new World().enrolled();
  tab.device.unsent.fault = { kind: 'quota', commits: 1 };
  tab.device.files.fault = { kind: 'quota', writes: 1 };

  const saved = await tab.writes({ text: 'still on the screen' });

  assert.deepEqual([saved.saved, saved.problem], ['no', 'nothing_saved']);
});

test('when the database cannot even be read, the journal takes the words, and the next start gives them back', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'before' });
  const notes = [tab.intention({ text: 'while it is gone' }), tab.intention({ text: 'and more' })];
  tab.device.unsent.fault = { kind: 'gone', commits: 1_000, reads: true };

  const [first, second] = await Promise.all(notes.map((note) => tab.saves([note])));

  assert.deepEqual([first.saved, second.saved], ['once', 'once']);
  assert.deepEqual([first, second].map(({ operations: [{ sequence }] }) => sequence), [1, 2]);
  tab.device.unsent.fault = null;
  tab.device.powerLoss();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  assert.deepEqual(after.texts(), ['and more', 'before', 'while it is gone']);
});

test('a note that was not saved can be saved again, and is there once', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const note = tab.intention({ text: 'again' });
  tab.device.unsent.fault = { kind: 'quota', commits: 1 };
  tab.device.files.fault = { kind: 'quota', writes: 1 };
  await tab.saves([note]);

  const saved = await tab.saves([note]);

  assert.equal(saved.saved, 'twice');
  await tab.pushesAll();
  assert.deepEqual(world.office.bodies(), ['again']);
});

test('a form sent again while the database cannot be read gives no id away twice, also after a new start', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const note = tab.intention({ text: 'said once' });
  await tab.saves([note]);
  const after = await world.starts(tab.device);
  tab.device.unsent.fault = { kind: 'failed', commits: 3, reads: true };

  const again = await after.saves([note]);

  assert.deepEqual([again.saved, again.again], ['once', true]);
  tab.device.unsent.fault = null;
  await after.pushesAll();
  assert.deepEqual(world.office.bodies(), ['said once']);
});

test('DUR-10: a handle that is lost during a save is opened again, and there is never a second copy', async () => {
  const world = new World();
  const tab = await world.enrolled();
  tab.device.unsent.fault = { kind: 'gone', commits: 2 };

  const saved = await tab.writes({ text: 'through' });

  assert.equal(saved.saved, 'twice');
  await tab.pushesAll();
  assert.deepEqual(world.office.bodies(), ['through']);
});

test('a form that is sent twice makes one note, and other words under the same id are refused', async () => {
  const tab = await new World().enrolled();
  const note = tab.intention({ text: 'one note' });

  const first = await tab.saves([note]);
  const second = await tab.saves([note]);
  const other = await tab.saves([{ ...note, fields: { text: 'OTHER WORDS' } }]);

  assert.deepEqual([first.again, second.again, second.saved], [false, true, 'twice']);
  assert.deepEqual(second.operations, first.operations);
  assert.deepEqual([other.saved, other.problem], ['no', 'same_operation_other_words']);
  assert.equal((await tab.entries()).length, 1);
});

test('DUR-16: two tabs that write 100 notes each at once use every number once', async () => {
  const world = new World();
  const first = await world.enrolled();
  const second = await world.starts(first.device);
  await second.unlocks(ANN);
  const writing = [];
  for (let note = 0; note < 100; note += 1) {
    writing.push(first.writes({ text: `a${note}` }), second.writes({ text: `b${note}` }));
  }

  const saved = await Promise.all(writing);

  assert.ok(saved.every((one) => one.saved === 'twice'));
  assert.deepEqual((await first.entries()).map(({ sequence }) => sequence), Array.from({ length: 200 }, (_, at) => at + 1));
  assert.equal(second.report.journals_hidden, 1);
  assert.equal(second.report.behind, false);
  await first.pushesAll();
  assert.equal(world.office.stored.length, 200);
});

test('a create in another lane and a redact here are both there or neither', async () => {
  for (let point = 1; ; point += 1) {
    const world = new World(`move ${point}`);
    const tab = await world.enrolled();
    const { operations: [here] } = await tab.writes({ text: 'a disclosure' });
    const move = [
      tab.intention({ text: 'a disclosure' }, { lane: 'concern', record_type: 'concern' }),
      tab.intention(undefined, { kind: 'redact', redacts: [here.operation], reason: 'disclosure' }),
    ];
    tab.life.arm(point);

    const end = await Promise.race([tab.saves(move).then(() => 'finished'), tab.life.died]);

    tab.device.powerLoss();
    const after = await world.starts(tab.device);
    const entries = await after.entries();
    const inConcern = entries.some(({ header }) => JSON.parse(header).lane === 'concern');
    const wordsHere = entries.find(({ operation }) => operation === here.operation).sealed !== null;
    assert.equal(inConcern, !wordsHere, `point ${point}`);
    if (end === 'finished') break;
  }
});

const PLACE = {
  person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record: '44444444-4444-4444-8444-444444444444', field: 'text', block: '',
};

test('DUR-14: what was being typed is there after a crash, and becomes one note', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const draft = { place: PLACE, operation: world.operationId(), kind: 'create', base: [], started_from: [], fields: { text: 'half a sen' } };
  await keepDraft(tab.tablet, draft);
  await keepDraft(tab.tablet, { ...draft, fields: { text: 'half a sentence' } });
  tab.device.powerLoss();

  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  const { drafts: [found] } = await openDrafts(after.tablet, after.keys);
  await after.saves([draftIntention(found)], { removeDrafts: [draftKey(found.place)] });

  assert.deepEqual({ ...found.fields }, { text: 'half a sentence' });
  assert.equal((await openDrafts(after.tablet, after.keys)).drafts.length, 0);
  await after.reloads();
  assert.deepEqual(after.texts(), ['half a sentence']);
});

/** A draft at one place, and what it says as time goes on. */
const draftOf = (world) => {
  const draft = { place: PLACE, operation: world.operationId(), kind: 'create', base: [], started_from: [] };
  return (text) => ({ ...draft, fields: { text } });
};

test('a draft after the first is one commit, and nothing is read before it', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const saying = draftOf(world);
  await keepDraft(tab.tablet, saying('half a sen'));
  const before = tab.device.unsent.commits;
  const asked = readsOf(tab);

  await keepDraft(tab.tablet, saying('half a sentence'));

  assert.deepEqual([tab.device.unsent.commits - before, asked], [1, []]);
});

test('a draft opens after a crash although its carry key had been cleaned away meanwhile', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const saying = draftOf(world);
  await keepDraft(tab.tablet, saying('half a sen'));
  tab.device.unsent.damage('carry_keys', () => undefined);

  await keepDraft(tab.tablet, saying('half a sentence'));

  tab.device.powerLoss();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  assert.deepEqual((await openDrafts(after.tablet, after.keys)).drafts.map(({ fields }) => fields.text), ['half a sentence']);
});

test('a draft opens with the keys that its author took in another tab while it was written', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const saying = draftOf(world);
  await keepDraft(tab.tablet, saying('half a sen'));
  const other = await world.starts(tab.device);
  const { row, keys } = await makePersonKeys(ANN, other.tablet, { way: 'passphrase', parameters: {}, kek: new Uint8Array(32).fill(9) });
  await keepPerson(other.tablet, row);

  await keepDraft(tab.tablet, saying('half a sentence'));

  assert.deepEqual((await openDrafts(other.tablet, keys)).drafts.map(({ fields }) => fields.text), ['half a sentence']);
});

test('odd text comes back as it was typed', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const odd = ['', '\0', '\uD800', 'e\u0301', '\u00e9', '\u202Eabc', '👩‍👩‍👧', '\u2028', '\uFFFE', '=1+1', '<b>', 'x'.repeat(40_000)];

  for (const text of odd) assert.equal((await tab.writes({ text })).saved, 'twice');

  await tab.pushesAll();
  await tab.pulls();
  assert.deepEqual(tab.texts(), [...odd].sort());
});

/** The doors that a tab goes through, one after the other, as "read operations" or "commit". */
function watched(tab) {
  const passed = [];
  const { storage, journal } = tab.tablet;
  const seen = (door, name) => (...asked) => {
    passed.push(`${name}${name === 'read' ? ` ${asked[0]}` : ''}`);
    return door[name](...asked);
  };
  Object.assign(tab.tablet, { storage: { ...storage, read: seen(storage, 'read'), range: seen(storage, 'range'), commit: seen(storage, 'commit') } });
  tab.tablet.secondCopy.journal = { ...journal, append: seen(journal, 'append') };
  return passed;
}

test('between the words and the two copies stand one commit and one flush, and nothing is read before', async () => {
  const tab = await new World().enrolled();
  await tab.writes({ text: 'first' });
  const passed = watched(tab);

  const saved = await tab.writes({ text: 'second' });

  assert.equal(saved.saved, 'twice');
  assert.deepEqual(passed, ['commit', 'append']);
});

test('the journal is not written before the database has taken the number', async () => {
  const world = new World();
  const tab = await world.enrolled();
  const other = await world.starts(tab.device);
  await tab.writes({ text: '1' });
  tab.life.before('database before commit', () => other.writes({ text: '2' }));

  await tab.writes({ text: '3' });

  tab.device.powerLoss();
  tab.device.unsent.wipe();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  assert.deepEqual(after.texts(), ['1', '2', '3']);
  assert.equal(after.report.lost, 0);
});

test('what is remembered of the last save is not believed when the office has another key', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'before' });
  const pair = await world.office.keyMaking.pair();
  const id = world.random.uuid4();
  await tab.storage.commit([{ store: 'marks', key: 'ingest:evidence', put: { id, lane: 'evidence', public: toBase64(pair.public) } }]);

  const saved = await tab.writes({ text: 'after' });

  const entry = await tab.storage.read('entries', [saved.operations[0].stream, saved.operations[0].sequence]);
  assert.equal((await tab.storage.read('carry_keys', entry.carry)).ingest.id, id);
});

test('what is remembered of the last save is not believed when a new incarnation has been taken', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'before' });
  const id = world.random.uuid4();
  await tab.storage.commit([{ store: 'marks', key: 'incarnation', put: { id } }]);

  const { operations: [saved] } = await tab.writes({ text: 'after' });

  const entry = await tab.storage.read('entries', [saved.stream, saved.sequence]);
  assert.deepEqual([JSON.parse(entry.header).incarnation, entry.sequence], [id, 1]);
});

test('a note that another tab has saved is not saved a second time by the journal alone when the database is full', async () => {
  const world = new World();
  const first = await world.enrolled();
  const second = await world.starts(first.device);
  await second.unlocks(ANN);
  await second.writes({ text: 'so that it remembers' });
  const note = first.intention({ text: 'from both' });
  await first.saves([note]);
  first.device.unsent.fault = { kind: 'quota', commits: 1 };

  const again = await second.saves([note]);

  assert.deepEqual([again.saved, again.again], ['twice', true]);
  await first.pushesAll();
  assert.deepEqual(world.office.bodies().sort(), ['from both', 'so that it remembers']);
});

test('a database that the browser replaced by an empty one while we write: the journal alone takes the words', async () => {
  const world = new World();
  const tab = await world.enrolled();
  await tab.writes({ text: 'before' });
  tab.device.unsent.wipe();

  const saved = await tab.writes({ text: 'meanwhile' });

  assert.deepEqual([saved.saved, saved.problem], ['once', 'database_failed']);
  tab.device.kill();
  const after = await world.starts(tab.device);
  await after.unlocks(ANN);
  assert.equal(after.report.found_empty, true);
  assert.deepEqual(after.texts(), ['before', 'meanwhile']);
});

test('a sentinel that hangs, or that cannot be written, takes nothing from two good copies and keeps nobody waiting', async () => {
  const tab = await new World().enrolled();
  const { sentinel } = tab.tablet;
  sentinel.write = () => new Promise(() => {});

  const hanging = await tab.writes({ text: 'one' });
  const later = await tab.writes({ text: 'two' });

  assert.deepEqual([hanging.saved, later.saved], ['twice', 'twice']);
});

test('the sentinel knows the last number once it has come to rest, however quickly the notes came', async () => {
  const tab = await new World().enrolled();
  const { operations: [{ stream }] } = await tab.writes({ text: 'one' });
  await tab.tablet.sentinelNotes.settled();

  const { sentinel, sentinelNotes } = tab.tablet;
  const { write } = sentinel;
  sentinel.write = (facts) => {
    if (facts.highest[stream] === 8) sentinelNotes.note([{ stream, sequence: 9 }]);
    return write(facts);
  };
  sentinelNotes.note([{ stream, sequence: 8 }]);
  await tab.tablet.sentinelNotes.settled();

  assert.equal(tab.device.sentinel.facts.highest[stream], 9);
});

test('what the journal alone has is seen at once by the person who wrote it', async () => {
  const { addSaved } = await import('../../../sync/tablet/replica.js');
  const tab = await new World().enrolled();
  tab.device.unsent.fault = { kind: 'quota', commits: 1 };

  const saved = await tab.writes({ text: 'only in the journal' });
  await addSaved(tab.tablet, tab.keys, tab.replica, saved.operations);

  assert.equal(saved.saved, 'once');
  assert.deepEqual(tab.texts(), ['only in the journal']);
});
