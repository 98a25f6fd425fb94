/** What pages of the tablet say: counts, reasons, restrictions and dates in words. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { segments } from '../../static/tablet/pages/blocks.js';
import { clockWords, spanWords, weekdayWords } from '../../static/tablet/pages/dates.js';
import { onlyHerePage } from '../../static/tablet/pages/only_here.js';

const counts = { unsent: 0, held: 0, quarantined: 0, unreadable: 0, waiting: 0, safe: 0, written: 0, oldest_at: null, waiting_by_person: {} };
const shown = { counts, records: 0, drafts: 0, attention: [], person: 'ann', connection: { words: 'Connected' }, persisted: true, found: null, unopened: 0, locks_after_minutes: 5 };

test('a tablet on which nothing waits says so', () => {
  const page = onlyHerePage(shown);
  assert.match(page.lead, /^Nothing waits/);
  assert.deepEqual([page.others, page.attention, page.warning], [[], [], false]);
});

test('notes of another inspector are counted and said to be sealed', () => {
  const page = onlyHerePage({ ...shown, counts: { ...counts, waiting: 4, unsent: 4, waiting_by_person: { ann: 1, ben: 3 } } });
  assert.deepEqual(page.others, ['Another inspector has 3 changes waiting on this tablet. They are sealed: you carry them and cannot read them.']);
  assert.equal(page.cards[0].count, '1 change');
});

test('what needs a person says why and where it is', () => {
  const look = { stream: 's', sequence: 1, operation: 'o', standing: 'quarantined', code: 'assignment_ended', minted_at: '2025-02-11T10:05:00.000Z', at_office: true };
  const page = onlyHerePage({ ...shown, attention: [look, { ...look, code: 'a_code_of_the_future', at_office: false }] });
  assert.match(page.attention[0].words, /Your part in this visit has ended/);
  assert.match(page.attention[0].where, /at the office/);
  assert.match(page.attention[1].words, /It is kept/);
});

test('a browser that does not promise to keep notes is said out loud', () => {
  assert.match(onlyHerePage({ ...shown, persisted: false }).storage, /^This tablet may delete notes/);
  assert.match(onlyHerePage({ ...shown, persisted: null }).storage, /^This tablet may delete notes/);
  assert.equal(onlyHerePage({ ...shown, persisted: null }).warning, true);
});

test('the segments of a block are its text, letter for letter, also where a line ends with CR LF', () => {
  const text = 'a😀b\r\nc';
  const cut = segments(text, [{ at: { standing: 'kept', start_cp: 1, end_cp: 2 }, number: '1' }], 'x');
  assert.equal(cut.map((one) => one.text).join('').length, text.length);
  assert.deepEqual(cut.map(({ text: words, depth, ends }) => [words, depth, ends]), [['a', 0, ''], ['😀', 1, '1'], ['b \nc', 0, '']]);
});

test('days and times are words', () => {
  assert.equal(weekdayWords('2025-02-11'), 'Tuesday 11 February 2025');
  assert.equal(spanWords('2025-02-10', '2025-02-14'), '10 to 14 February 2025');
  assert.equal(spanWords('2025-02-24', '2025-03-01'), '24 February to 1 March 2025');
  assert.deepEqual(['00:00', '12:00', '14:05', '9:30', 'late'].map(clockWords), ['midnight', 'midday', '2:05pm', '9:30am', 'late']);
});
