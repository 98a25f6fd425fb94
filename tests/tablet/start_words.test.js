/** What a start says about the two copies: the truth, once, and nothing when nothing happened. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { startNotices } from '../../static/tablet/pages/start_words.js';

const whole = {
  first_start: false, found_empty: false, behind: false, new_incarnation: false, restored: 0, repaired: 0, damaged: 0, lost: 0, copied: 0, certain: true, missing_before: false,
  journal_damaged_bytes: 0, journals_hidden: 0, problem: null,
};
const said = (/** @type {object} */ found) => startNotices({ ...whole, ...found }).map(({ kind, lead, words }) => `${kind}: ${lead} ${words}`);

test('a start that found everything as it should be says nothing', () => {
  assert.deepEqual(startNotices(null), []);
  assert.deepEqual(said({}), []);
  assert.deepEqual(said({ first_start: true, new_incarnation: true }), []);
});

test('changes that came back from the second copy are counted, and nothing is said to be missing', () => {
  assert.deepEqual(said({ restored: 110, repaired: 2 }), [
    'news: This tablet’s main store was damaged. 112 changes were brought back from the second copy. Everything that was saved is there.',
  ]);
});

test('a second copy that was not whole is said to be whole again', () => {
  assert.deepEqual(said({ copied: 1 }), [
    'news: The second copy on this tablet was not whole. 1 change was copied into it again. Everything that was saved is there.',
  ]);
});

test('what is in neither copy is said first, and nobody says that everything is there', () => {
  const words = said({ lost: 1, damaged: 2, restored: 5 });

  assert.match(words[0], /^attention: Something is missing\. 3 changes could not be brought back on this tablet/);
  assert.match(words[1], /^attention: This tablet’s main store was damaged\. 5 changes were brought back/);
  assert.ok(words.every((line) => !line.includes('Everything that was saved')));
});

test('where nobody can know that nothing is missing, nobody says that everything is there', () => {
  assert.ok(said({ restored: 3, certain: false }).every((line) => !line.includes('Everything that was saved')));
  assert.ok(said({ copied: 3, certain: false }).every((line) => !line.includes('Everything that was saved')));
});

test('after an earlier start that lost something, or could not know, nobody says that everything is there', () => {
  const words = said({ restored: 3, copied: 3, missing_before: true });

  assert.equal(words.length, 2);
  assert.ok(words.every((line) => !line.includes('Everything that was saved')));
});

test('nothing is said to have been copied into a second copy that could not be written', () => {
  assert.deepEqual(said({ copied: 3, problem: 'second_copy_failed' }), []);
});

test('a loss of the second copy is not called healed while something is missing', () => {
  assert.ok(said({ lost: 1, copied: 3 }).every((line) => !line.includes('Everything that was saved')));
});
