/** The one short form with which an evidence record begins. Date and time are filled in; two choices are all that must be made. */
import { areaWords } from './visits.js';
import { dateAndTime } from './dates.js';
import { MODES, PLACE_KINDS, RECORDED_WHEN, SOURCE_ROLES } from './words.js';

/**
 * @param {object} shown
 * @param {import('../reading.js').RecordState} shown.visit
 * @param {{ref: string, label: string, description: string}[]} shown.types
 * @param {{pseudonym: string, restrictions: string[]}[]} shown.children
 * @param {Record<string, string>} shown.ids @param {Record<string, string> | null} shown.values @param {Date} shown.now
 * @param {Record<string, string>} shown.problems by field
 */
export function draftPage({ visit, types, children, ids, values, now, problems }) {
  const { date, time } = dateAndTime(now);
  const filled = values ?? { type: '', source_role: '', tracked_child: '', mode: 'in_person', place_kind: '', date, start: time, recorded_when: 'at_the_time' };
  /** @param {string} name @param {string} label @param {string} [hint] */
  const field = (name, label, hint = '') => ({ name, label, hint, error: problems[name] ?? '', value: filled[name] });
  /** @param {string} name @param {Record<string, string>} words */
  const choices = (name, words) => Object.entries(words).map(([value, text]) => ({ value, words: text, chosen: filled[name] === value }));
  return {
    title: 'Start an evidence record',
    place: areaWords(visit),
    problems: Object.entries(problems).map(([name, words]) => ({ href: `#${name}`, words })),
    action: `/tablet/visits/${visit.record}/activities`,
    back_href: `/tablet/visits/${visit.record}`,
    ids: Object.entries(ids).map(([name, value]) => ({ name, value })),
    type: field('type', 'What kind of activity is it?'),
    types: [{ value: '', words: 'Choose one', chosen: filled.type === '' }, ...types.map(({ ref, label }) => ({ value: ref, words: label, chosen: filled.type === ref }))],
    source_role: field('source_role', 'Whose account is it?'),
    source_roles: choices('source_role', SOURCE_ROLES),
    tracked_child: field('tracked_child', 'Which tracked child is it about?', 'Leave this if it is about no one child.'),
    children: [
      { value: '', words: 'No tracked child', chosen: filled.tracked_child === '' },
      ...children.map(({ pseudonym }) => ({ value: pseudonym, words: pseudonym, chosen: filled.tracked_child === pseudonym })),
    ],
    restrictions: children.filter(({ restrictions }) => restrictions.length > 0)
      .map(({ pseudonym, restrictions }) => `${pseudonym}: ${restrictions.join(' ')}`),
    mode: field('mode', 'How do you meet?'),
    modes: choices('mode', MODES),
    place_kind: field('place_kind', 'What kind of place is it?'),
    place_kinds: [{ value: '', words: 'Choose one', chosen: filled.place_kind === '' }, ...choices('place_kind', PLACE_KINDS)],
    date: field('date', 'Date'),
    start: field('start', 'Time it began'),
    recorded_when: field('recorded_when', 'When are you writing this?', 'The record says so wherever it is shown.'),
    recorded_whens: choices('recorded_when', RECORDED_WHEN),
  };
}
