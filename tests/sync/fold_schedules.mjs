/**
 * Folds schedules as a tablet does: for tests/sync/test_schedules.py, which folds them as the office does and compares.
 *
 * Each line of stdin is a list of operations of one record, in the order in which they came, with the bytes of each body;
 * each line of stdout is what they add up to here.
 */
import { createInterface } from 'node:readline';

import { readBody } from '../../sync/tablet/body.js';
import { fromBase64 } from '../../sync/tablet/bytes.js';
import { conflicts, fold } from '../../sync/tablet/fold.js';

for await (const line of createInterface({ input: process.stdin })) {
  const operations = JSON.parse(line).map((one) => ({ ...one, fields: one.body === null ? null : readBody(fromBase64(one.body), one.kind) }));
  const state = fold(operations);
  const fields = Object.fromEntries([...state.fields].map(([name, voices]) => [name, voices.map(({ operation, value }) => [operation, value])]));
  const told = JSON.stringify({ ...state, fields, conflicts: conflicts(state).sort() });
  process.stdout.write(`${told.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`);
}
