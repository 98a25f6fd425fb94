/** "Only here": what needs attention leads to its record, with what the lead decided about it; of another person's nothing is told. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { show } from '../../static/tablet/only_here.js';
import { ANN, BEN, World } from '../sync/tablet/world.js';
import { opened } from './opened.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';

async function withStopped({ person = ANN, quarantine = null } = {}) {
  const world = new World();
  const tab = await world.enrolled([ANN, BEN]);
  const { application, writes } = opened(tab);
  await writes({ ref: 'A-01', ...(quarantine && { quarantine }) }, { record_type: 'evidence', record: EVIDENCE });
  const block = await writes({ evidence: EVIDENCE, kind: 'verbatim', text: 'It was cold.' }, { person });
  const place = await tab.tablet.storage.read('operations', block.operation);
  await tab.tablet.storage.commit([{ store: 'outbox', key: [place.stream, place.sequence], put: { schema: 1, standing: 'quarantined', operation: block.operation, minted_at: '2026-02-11T10:05:00.000Z', code: 'assignment_ended', at_office: true } }]);
  return { application, block, writes, attention: async () => (await show(application, /** @type {any} */ ({}))).page.attention };
}

test('what the office could not take in leads to its record, and says what a person can do', async () => {
  const here = await withStopped();

  const [one] = await here.attention();

  assert.equal(one.href, `/tablet/evidence/${EVIDENCE}`);
  assert.match(one.words, /The lead decides what becomes of it/);
  assert.equal(one.left, '');
});

test('what the lead left out says why, and is still told', async () => {
  const here = await withStopped();
  await here.writes({ about: here.block.operation, decision: 'leave', reason: 'It belongs to Area B.' }, { record_type: 'decision' });

  const [one] = await here.attention();

  assert.equal(one.left, 'The lead left it out. The reason given: It belongs to Area B.');
});

test('a decision of another word is not told as one that left it out', async () => {
  const here = await withStopped();
  await here.writes({ about: here.block.operation, decision: 'release', reason: 'It belongs here.' }, { record_type: 'decision' });

  assert.equal((await here.attention())[0].left, '');
});

test('of what another person wrote, and of what consent withdrew, no record is opened', async () => {
  assert.equal((await (await withStopped({ person: BEN })).attention())[0].href, '');
  assert.equal((await (await withStopped({ quarantine: { reason: 'withdrawn' } })).attention())[0].href, '');
});
