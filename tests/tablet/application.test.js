/** What one start of the worker does beside the words: it must cost little while somebody types. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Application } from '../../static/tablet/application.js';
import { uuid7 } from '../../static/tablet/identifiers.js';
import { addSaved } from '../../sync/tablet/replica.js';
import { notePlace, openPlace } from '../../sync/tablet/locked.js';
import { ANN, readsOf, VISIT, World } from '../sync/tablet/world.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';
const PLACE = { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'evidence', record: EVIDENCE, kind: 'verbatim', speaker_role: 'child' };

/** An interview is open at this tablet. */
async function begun() {
  const world = new World();
  const tab = await world.enrolled();
  const told = [];
  const application = new Application((message) => told.push(message));
  const seeOwn = (saved) => addSaved(tab.tablet, tab.keys, tab.replica, saved);
  Object.assign(application, {
    tablet: tab.tablet, session: { seeOwn, person: ANN, replica: tab.replica }, flusher: { wake() {}, typed() {}, connection: () => ({ kind: 'online', words: 'Connected' }) },
  });
  await notePlace(tab.tablet, PLACE);
  const record = uuid7();
  const types = async (text, { kind = 'verbatim', speaker_role = 'child' } = {}) => {
    const fields = { evidence: EVIDENCE, kind, speaker_role, text, question: null, place: 't1' };
    await application.typed({ record, scope: VISIT, evidence: EVIDENCE, base: [], shown: '{}', fields, finished: false });
    await application.kindNoted;
  };
  return { tab, application, told, types };
}

test('typing on reads nothing from the database: neither before the draft nor for the box of a locked tablet', async () => {
  const { tab, types } = await begun();
  await types('The li');
  const asked = readsOf(tab);

  await types('The line');
  await types('The line.');

  assert.deepEqual(asked, []);
});

test('the box of a locked tablet goes on with the kind and the speaker that were chosen last', async () => {
  const { tab, types } = await begun();
  await types('The li');

  await types('The line', { kind: 'paraphrase', speaker_role: 'parent_carer' });
  const changed = await openPlace(tab.tablet);
  await types('The line.', { kind: 'verbatim', speaker_role: 'child' });

  assert.deepEqual([changed.kind, changed.speaker_role], ['paraphrase', 'parent_carer']);
  assert.deepEqual(await openPlace(tab.tablet), PLACE);
});

test('errands that end together count the notes once more and not once each', async () => {
  const { tab, application, told } = await begun();
  await tab.writes({ text: 'The line.' });
  const asked = readsOf(tab);

  await Promise.all([application.tellStates(), application.tellStates(), application.tellStates()]);

  assert.equal(asked.filter((store) => store === 'outbox').length, 1);
  assert.deepEqual(told.map(({ states }) => states.saved.words), ['1 change only on this tablet']);
});

test('who asks while the notes are being counted is told of what was written since', async () => {
  const { tab, application, told } = await begun();
  await tab.writes({ text: 'The line.' });
  const { storage } = tab.tablet;
  const { range } = storage;
  /** @type {(value?: unknown) => void} */
  let goOn = () => {};
  const held = new Promise((resolve) => { goOn = resolve; });
  storage.range = async (store, ...rest) => {
    const rows = await range(store, ...rest);
    storage.range = range;
    await held;
    return rows;
  };
  const counting = application.tellStates();
  await tab.writes({ text: 'The next.' });

  const again = application.tellStates();
  goOn();
  await Promise.all([counting, again]);

  assert.deepEqual(told.map(({ states }) => states.saved.words), ['1 change only on this tablet', '2 changes only on this tablet']);
});
