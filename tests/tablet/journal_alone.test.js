/** DUR-02: what a full tablet has in its journal alone is nowhere called safe, and counts as waiting wherever anything is counted. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Application } from '../../static/tablet/application.js';
import * as only_here from '../../static/tablet/only_here.js';
import { standings } from '../../static/tablet/standing.js';
import { STATES } from '../../static/tablet/states.js';
import * as unlocking from '../../static/tablet/unlocking.js';
import { countOutbox, outboxRows } from '../../sync/tablet/outbox.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { addSaved } from '../../sync/tablet/replica.js';
import { settle } from '../../sync/tablet/overflow.js';
import { ANN, World } from '../sync/tablet/world.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';

/** A record that is safe at the office, and then a block of it that only the journal of the full tablet took. */
async function begun(t) {
  t.mock.method(console, 'error', () => {});
  const world = new World();
  const tab = await world.enrolled();
  const told = [];
  const application = new Application((message) => told.push(message));
  const flusher = { wake() {}, connection: () => ({ kind: 'online', words: 'Connected' }), readingWaits: false };
  const session = { person: ANN, replica: tab.replica, unopened: 0, close() {}, forgetProven() {} };
  Object.assign(application, { tablet: tab.tablet, session, enrolment: { person: ANN, name: 'Ann' }, flusher });
  const sees = (saved) => addSaved(tab.tablet, tab.keys, tab.replica, saved.operations);
  await sees(await tab.writes({ ref: 'A', status: 'draft' }, { record_type: 'evidence', record: EVIDENCE }));
  await tab.pushesAll();
  const before = (await standings(application))(EVIDENCE);
  const { commit } = tab.tablet.storage;
  const fills = () => { tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'the tablet is full'); }; };
  fills();
  const saved = await tab.writes({ evidence: EVIDENCE, text: 'words in the journal alone' }, { record_type: 'block' });
  await sees(saved);
  const room = () => { tab.tablet.storage.commit = commit; };
  const bar = async () => {
    await application.tellStates();
    return told.filter(({ states }) => states !== undefined).at(-1).states.saved.words;
  };
  return { tab, application, before, saved, room, bar };
}

test('DUR-02: the bar, the list and the page of what is only here count what only the journal has', async (t) => {
  const { application, before, saved, bar } = await begun(t);

  const { page } = await only_here.show(application);
  const standing = (await standings(application))(EVIDENCE);

  assert.deepEqual([before, saved.saved], [STATES.safe, 'once']);
  assert.equal(await bar(), '1 change only on this tablet');
  assert.match(page.lead, /^1 change is only on this tablet\./);
  assert.deepEqual(page.cards.map(({ count }) => count).slice(0, 1), ['1 change']);
  assert.match(page.cards[0].more, /1 evidence record/);
  assert.doesNotMatch(page.cards[1].count, /Nothing waits/);
  assert.equal(standing, STATES.here);
});

test('DUR-02: a locked tablet offers the sealed copy for what only the journal has', async (t) => {
  const { application } = await begun(t);
  application.session = null;

  const { page } = await unlocking.ask(application);

  assert.equal(page.sealed.copy_href, '/tablet/sealed-copy');
});

test('DUR-02: it counts once while it moves into the database, and waits there until the office has it', async (t) => {
  const { tab, room, bar } = await begun(t);
  const [aside] = tab.tablet.overflow.minted;
  room();

  await settle(tab.tablet);
  tab.tablet.overflow.minted.push(aside);
  const both = await countOutbox(tab.tablet);
  tab.tablet.overflow.minted.pop();
  const moved = await bar();
  await tab.pushesAll();

  assert.deepEqual([both.waiting, both.unsent, (await outboxRows(tab.tablet)).length], [1, 1, 0]);
  assert.deepEqual([moved, await bar()], ['1 change only on this tablet', 'Everything is safe at the office']);
});

test('DUR-02: what moves into the database while somebody counts is counted', async (t) => {
  const { tab, room } = await begun(t);
  const { storage } = tab.tablet;
  const { range } = storage;
  room();
  storage.range = async (...asked) => {
    const rows = await range(...asked);
    storage.range = range;
    await settle(tab.tablet);
    return rows;
  };

  const rows = await outboxRows(tab.tablet);

  assert.equal(tab.tablet.overflow.minted.length, 0);
  assert.equal(rows.length, 1);
});

test('DUR-02: a database that cannot be read is no reason to go on saying that everything is safe', async (t) => {
  const { tab, room, bar } = await begun(t);
  const { range } = tab.tablet.storage;
  tab.tablet.storage.range = async () => { throw new StorageProblem('failed', 'lost'); };

  const unread = await bar();
  tab.tablet.overflow.minted.length = 0;
  const unknown = await bar();
  Object.assign(tab.tablet.storage, { range });
  room();

  assert.deepEqual([unread, unknown], ['1 change only on this tablet', '']);
});
