/** A record is what it was made as: what calls it by another type adds nothing to it (PROTOCOL.md 5). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { ofItsType, Replica } from '../../../sync/tablet/replica.js';

const { cases } = JSON.parse(readFileSync(new URL('../../../sync/vectors/types.json', import.meta.url), 'ascii'));
const VISIT = 'visit:33333333-3333-4333-8333-333333333333';
const RECORD = '44444444-4444-4444-8444-444444444444';

for (const { name, operations, own } of cases) {
  test(`what adds to a record: ${name}`, () => {
    for (const some of [operations, operations.toReversed()]) {
      const found = ofItsType(some.map((one) => ({ ...one, received_at: null, header: { scope: VISIT } })));
      assert.deepEqual(found.map(({ operation }) => operation).sort(), own);
    }
  });
}

/** @param {number} number @param {object} parts */
function operation(number, { kind = 'create', record_type = 'seen', base = [], fields, position, scope = VISIT, received_at = '2026-02-11T10:05:00.000Z' }) {
  const header = {
    format: 'fieldwork-operation/1', operation: `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`, incarnation: '33333333-3333-4333-8333-333333333333',
    person: '22222222-2222-4222-8222-222222222221', scope, lane: 'evidence', sequence: 1, previous: null, record_type, record: RECORD, kind, base,
    body_hash: '0'.repeat(64), body_bytes: 1, device_at: '2026-02-11T10:05:00.000Z',
  };
  return { headerText: JSON.stringify(header), body: new TextEncoder().encode(JSON.stringify({ salt: '0'.repeat(32), fields })), position, received_at };
}
const LEADS = operation(5, { fields: { heads: ['a'] }, position: 7 });
const FORGED = operation(6, { kind: 'revise', record_type: 'block', base: ['01900000-0000-7000-8000-000000000005'], fields: { heads: ['a', 'b'] }, position: 8 });

for (const order of [[LEADS, FORGED], [FORGED, LEADS]]) {
  test('a mark of the lead is not changed by what calls it a block, whichever was pulled first', () => {
    const replica = new Replica();

    for (const one of order) replica.add(one);

    assert.equal(replica.find(RECORD).record_type, 'seen');
    assert.deepEqual(replica.find(RECORD).fields.get('heads').map(({ value }) => value), [['a']]);
    assert.equal(replica.history(RECORD).length, 2);
  });
}

test('a record of one visit is not made another by what another visit stored later under a lower position', () => {
  const replica = new Replica();
  const elsewhere = { record_type: 'block', scope: 'visit:33333333-3333-4333-8333-333333333334', fields: { text: 'x' }, position: 1, received_at: '2026-02-11T11:00:00.000Z' };

  for (const one of [operation(4, elsewhere), LEADS]) replica.add(one);

  assert.equal(replica.find(RECORD).record_type, 'seen');
});
