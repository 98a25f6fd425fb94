/** Positions, sentences, anchors and folding on the tablet; positions are held to the cases that Python is held to. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { anchor } from '../../static/tablet/anchoring.js';
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

const coded = (/** @type {string} */ text, /** @type {number} */ start, /** @type {number} */ end) => passage(text, start, end);

test('words at their place are kept', () => {
  const text = 'You have to line up five times. Everyone touches you.';
  assert.deepEqual(anchor(text, coded(text, 12, 19)), { standing: 'kept', start_cp: 12, end_cp: 19 });
});

test('words that stand once elsewhere with what stood beside them have moved', () => {
  const before = 'You have to line up five times.';
  assert.deepEqual(anchor(`Well. ${before}`, coded(before, 12, 19)), { standing: 'moved', start_cp: 18, end_cp: 25 });
});

test('words that were changed between their neighbours are changed, and never followed to words that look alike', () => {
  const before = 'I was on amber all the days. It was bad.';
  const after = 'I was on red all the days. It was bad. Later he drew amber.';
  assert.equal(anchor(after, coded(before, 9, 14)).standing, 'changed');
});

test('words said twice are not taken for one another when the coded ones go', () => {
  const before = 'No. Nobody asked. No. It was the last day.';
  const second = coded(before, 18, 21);
  assert.notEqual(anchor('No. Nobody asked. It was the last day.', second).standing, 'kept');
  assert.notEqual(anchor('No. Nobody asked. It was the last day.', second).standing, 'moved');
});

test('other words that look alike and came to stand at the very place are not taken for the coded ones', () => {
  assert.notEqual(anchor('Ah! No. Ah. No.', coded('No. No. Go.', 4, 7)).standing, 'kept');
});

test('words that stand once have moved with one neighbour alone', () => {
  assert.equal(anchor('Well. You have to line up five times a day.', coded('You have to line up five times.', 12, 19)).standing, 'moved');
});

test('words that are nowhere any more are orphaned', () => {
  assert.deepEqual(anchor('Something else altogether.', coded('The line.', 0, 9)), { standing: 'orphaned', start_cp: 0, end_cp: 0 });
});

test('words are found whatever their capitals and accents, and marked as they were typed', () => {
  const text = 'Zoë’s CAFÉ in Łódź, straße';
  const marked = (/** @type {string} */ wanted) => placesOf(text, folded(wanted)).map(({ start_cp, end_cp }) => [...text].slice(start_cp, end_cp).join(''));
  assert.deepEqual(marked('cafe'), ['CAFÉ']);
  assert.deepEqual(marked('ZOE\'S'), ['Zoë’s']);
  assert.deepEqual(marked('lodz'), ['Łódź']);
  assert.deepEqual(marked('STRASSE'), ['straße']);
});
