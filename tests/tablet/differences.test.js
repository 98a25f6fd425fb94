/** Two versions of one text, word by word, held to the cases that Python is held to as well (rule R5). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { difference } from '../../static/tablet/differences.js';

const { cases, long } = JSON.parse(readFileSync(new URL('../../sync/vectors/differences.json', import.meta.url), 'ascii'));

for (const { name, one, other, runs } of cases) {
  test(`R5: two versions differ in these words: ${name}`, async () => assert.deepEqual(await difference(one, other), runs));
}

for (const { name, seed, words, vocabulary, changed, runs, sha256 } of long) {
  test(`R5: long versions differ alike on both sides: ${name}`, async () => {
    const found = await difference(...made(seed, words, vocabulary, changed));

    assert.deepEqual(found.map((side) => side.length), runs);
    assert.deepEqual(found.map((side) => createHash('sha256').update(side.map((run) => `${Number(run.alone)}${run.text}`).join('\n')).digest('hex')), sha256);
  });
}

test('a long comparison pauses as it goes, so that a save begins before it is over', async () => {
  const [few, many] = [0, 1].map(() => ({ pauses: 0, pause: async () => {} }));
  for (const one of [few, many]) one.pause = async () => { one.pauses += 1; };

  await difference('It was cold.', 'It was bold.', few.pause);
  await difference(...made(7, 10_000, 2_000, 3_000), many.pause);

  assert.ok(few.pauses <= 3, `${few.pauses} pauses for three words`);
  assert.ok(many.pauses >= 10, `${many.pauses} pauses for 10,000 words`);
});

/** Two long texts by rule: the numbers are those of a small generator, so that both languages make the same words. @returns {[string, string]} */
function made(seed, words, vocabulary, changed) {
  let number = seed;
  const draw = (below) => {
    number = (number * 48271) % 2147483647;
    return number % below;
  };
  const one = Array.from({ length: words }, () => `w${draw(vocabulary)}`);
  const other = [...one];
  for (let time = 0; time < changed; time += 1) {
    const at = draw(words);
    other[at] = `w${draw(vocabulary)}`;
  }
  return [one.join(' '), other.join(' ')];
}
