/** Where a coding stands after an edit, held to the cases that Python is held to as well (design 7). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { anchor } from '../../static/tablet/anchoring.js';

const { cases } = JSON.parse(readFileSync(new URL('../../sync/vectors/anchors.json', import.meta.url), 'ascii'));

for (const { name, text, coded, anchor: expected } of cases) {
  test(`a coding is kept, moved, changed or orphaned: ${name}`, () => assert.deepEqual(anchor(text, coded), expected));
}
