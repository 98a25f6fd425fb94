/** Positions, sentences and folding on the tablet; positions are held to the cases that Python is held to. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { folded, placesOf } from '../../static/tablet/folding.js';
import { chosen, NotThere, passage, sentences, shown, snapped, toCodePoints, toUnits } from '../../static/tablet/text.js';

const vectors = JSON.parse(readFileSync(new URL('../../sync/vectors/positions.json', import.meta.url), 'ascii'));

for (const { name, text, start_cp, end_cp, quote, before, after } of vectors.passages) {
  test(`a passage is counted in code points: ${name}`, () => {
    assert.deepEqual(passage(text, start_cp, end_cp), { start_cp, end_cp, quote, before, after });
  });
}

for (const { name, text, start_cp, end_cp } of vectors.not_there) {
  test(`positions outside the text are refused: ${name}`, () => assert.throws(() => passage(text, start_cp, end_cp), NotThere));
}

for (const { name, text, places } of vectors.units) {
  test(`code points and units stand for the same place: ${name}`, () => {
    for (const [units, code_points] of places) {
      assert.equal(toCodePoints(text, units), code_points);
      assert.equal(toUnits(text, code_points), units);
    }
  });
}

for (const { name, text, start, end, snapped: [from, to] } of vectors.snaps) {
  test(`what is chosen grows to whole letters: ${name}`, () => assert.deepEqual(snapped(text, start, end), { start: from, end: to }));
}

test('spaces around a chosen passage are not part of it, and spaces alone are nothing', () => {
  assert.deepEqual(chosen('You  line up. ', 4, 13), { start_cp: 5, end_cp: 13 });
  assert.equal(chosen('a   b', 1, 4), null);
});

test('a text falls into its sentences, each with its place', () => {
  const text = 'The line. 😀 Everyone touches you!\nI was on amber.';
  const found = sentences(text);
  assert.deepEqual(found.map(({ start_cp, end_cp }) => [...text].slice(start_cp, end_cp).join('')), found.map(({ words }) => words));
  assert.ok(found.length >= 3);
});

test('what a page cannot hold is shown and keeps its place', () => {
  assert.equal(shown('a\0b\uD800c😀'), 'a\uFFFDb\uFFFDc😀');
});

test('words are found whatever their capitals and accents, and marked as they were typed', () => {
  const text = 'Zoë’s CAFÉ in Łódź, straße';
  const marked = (/** @type {string} */ wanted) => placesOf(text, folded(wanted)).map(({ start_cp, end_cp }) => [...text].slice(start_cp, end_cp).join(''));
  assert.deepEqual(marked('cafe'), ['CAFÉ']);
  assert.deepEqual(marked('ZOE\'S'), ['Zoë’s']);
  assert.deepEqual(marked('lodz'), ['Łódź']);
  assert.deepEqual(marked('STRASSE'), ['straße']);
});
