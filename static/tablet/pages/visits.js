/** What the list of visits and one visit print. Areas by letter, children by pseudonym, counts in words. */
import { waitingWords } from './conflicts.js';
import { clockWords, dayWords, spanWords, weekdayWords } from './dates.js';
import { MODES, ORIGINS, PLACE_KINDS, RECORDED_WHEN, wordFor } from './words.js';
import { said, told } from '../reading.js';
import { counted } from '../states.js';

/** @typedef {import('../reading.js').RecordState} RecordState */

const NONE_ASSIGNED = 'No visit is assigned to you. The office assigns visits; they appear here when this tablet has a connection.';
const NONE_FETCHED = 'Connect this tablet once, and your visits appear here. What you wrote on it is kept: “Find words” finds it.';

/**
 * @param {{visit: RecordState, fetched: boolean, here: number, review: string}[]} visits @param {string} name
 * @param {boolean} fetched anything at all is here from the office; not so on a tablet whose store was wiped
 */
export function visitsPage(visits, name, fetched) {
  const none = fetched ? 'No visit is assigned to you.' : 'Your visits are not on this tablet yet.';
  return {
    title: 'Your visits',
    lead: `${name}. ${visits.length === 0 ? none : `${counted(visits.length, 'visit is', 'visits are')} assigned to you.`}`,
    rows: visits.map(({ visit, fetched, here, review }) => ({
      href: `/tablet/visits/${visit.record}`,
      words: areaWords(visit),
      more: [review, onSite(visit)].filter((words) => words !== '').join('. '),
      state: here > 0
        ? { kind: 'tablet', words: `${counted(here, 'change', 'changes')} only on this tablet` }
        : { kind: fetched ? 'safe' : 'attention', words: fetched ? 'Ready without a connection' : 'Not fetched yet' },
    })),
    empty: fetched ? NONE_ASSIGNED : NONE_FETCHED,
  };
}

/** @param {RecordState} visit */
export const areaWords = (visit) => `Area ${said(visit, 'letter')}`;

/** @param {RecordState} visit */
function onSite(visit) {
  const span = spanWords(said(visit, 'on_site_from'), said(visit, 'on_site_to'));
  return span === '' ? '' : `On site ${span}`;
}

/**
 * @typedef {object} VisitShown
 * @property {RecordState} visit @property {string[]} team @property {boolean} fetched
 * @property {{state: RecordState, activity: RecordState | null}[]} evidence @property {(evidence: string) => import('../states.js').State} standingOf
 * @property {RecordState[]} types @property {RecordState[]} children @property {RecordState[]} groups @property {RecordState[]} episodes
 * @property {RecordState[]} contacts @property {RecordState[]} routes @property {number} conflicts places that stand to be decided
 */

/** @param {VisitShown} shown */
export function visitPage(shown) {
  const { visit, team, fetched, evidence, standingOf, types } = shown;
  const readable = evidence.filter(({ state }) => !isWithheld(state));
  const withheld = evidence.length - readable.length;
  return {
    title: areaWords(visit),
    place: areaWords(visit),
    facts: [
      { key: 'On site', value: spanWords(said(visit, 'on_site_from'), said(visit, 'on_site_to')) || 'No dates yet' },
      { key: 'Team', value: [...new Set(team)].join(', ') || 'Nobody yet' },
      { key: 'Without a connection', value: fetched ? 'Ready on this tablet' : 'Not fetched yet. Connect this tablet once.' },
    ],
    start_href: `/tablet/visits/${visit.record}/activities/new`,
    fresh_href: `/tablet/visits/${visit.record}`,
    conflicts: waitingWords(shown.conflicts),
    conflicts_href: `/tablet/visits/${visit.record}/conflicts`,
    counts_href: `/tablet/visits/${visit.record}/counts`,
    days: days(readable, standingOf, types),
    withheld: withheld === 0 ? '' : `${counted(withheld, 'record is', 'records are')} not shown: consent was withdrawn.`,
    children: childrenWords(shown),
    contacts: shown.contacts.map((contact) => ({
      name: said(contact, 'name'),
      phone: said(contact, 'phone'),
      phone_href: `tel:${said(contact, 'phone').replace(/[^\d+]/g, '')}`,
      more: [routeWords(shown.routes, said(contact, 'route')), upperFirst(said(contact, 'hours')), checkedWords(contact)].filter((words) => words !== '').join('. '),
    })),
  };
}

/** @param {RecordState} evidence */
export const isWithheld = (evidence) => told(evidence, 'quarantine') !== null;

/** @param {{state: RecordState, activity: RecordState | null}[]} evidence @param {VisitShown['standingOf']} standingOf @param {RecordState[]} types */
function days(evidence, standingOf, types) {
  /** @type {Map<string, typeof evidence>} */
  const byDay = new Map();
  for (const one of evidence) {
    const date = said(one.activity, 'date');
    byDay.set(date, [...(byDay.get(date) ?? []), one]);
  }
  return [...byDay.keys()].sort().reverse().map((date) => ({
    title: weekdayWords(date) || 'No date',
    rows: (byDay.get(date) ?? []).sort(byStart).map(({ state, activity }) => ({
      href: `/tablet/evidence/${state.record}`,
      words: evidenceTitle(state, activity, types),
      more: evidenceMore(state, activity),
      state: standingOf(state.record),
    })),
  }));
}

/** @param {{activity: RecordState | null}} a @param {{activity: RecordState | null}} b */
const byStart = (a, b) => (said(a.activity, 'start') < said(b.activity, 'start') ? -1 : 1);

/** "A-01 Child interview, A-C01". @param {RecordState} evidence @param {RecordState | null} activity @param {RecordState[]} types */
export function evidenceTitle(evidence, activity, types) {
  const ref = said(evidence, 'type') || said(activity, 'type');
  const label = said(types.find((type) => said(type, 'ref') === ref) ?? null, 'label') || wordFor({}, ref) || 'Evidence record';
  const child = said(activity, 'tracked_child');
  return `${said(evidence, 'ref')} ${label}${child === '' ? '' : `, ${child}`}`.trim();
}

/** @param {RecordState} evidence @param {RecordState | null} activity */
function evidenceMore(evidence, activity) {
  const place = said(activity, 'place_kind');
  const how = [wordFor(MODES, said(activity, 'mode')), place === said(activity, 'mode') ? '' : wordFor(PLACE_KINDS, place)];
  const parts = [clockWords(said(activity, 'start')), ...how.map((words) => words.toLowerCase())];
  return [parts.filter((words) => words !== '').join(', '), ...unusual(evidence)].join('. ');
}

/** Where it matters how a record came about, it is said wherever the record is named (rule R10). @param {RecordState} evidence @returns {string[]} */
export function unusual(evidence) {
  const when = said(evidence, 'recorded_when');
  const origin = said(evidence, 'origin');
  return [
    ...(when === '' || when === 'at_the_time' ? [] : [wordFor(RECORDED_WHEN, when)]),
    ...(origin === '' || origin === 'typed' ? [] : [wordFor(ORIGINS, origin)]),
  ];
}

/** @param {VisitShown} shown */
function childrenWords({ children, episodes, groups }) {
  return children.sort((a, b) => (said(a, 'pseudonym') < said(b, 'pseudonym') ? -1 : 1)).map((child) => {
    const last = episodes.filter((episode) => told(episode, 'tracked_child') === child.record).at(-1) ?? null;
    const group = groups.find((one) => said(one, 'code') === said(last, 'group')) ?? null;
    return {
      pseudonym: said(child, 'pseudonym'),
      more: [said(child, 'year_band'), said(child, 'send_status'), said(child, 'primary_need'), said(group, 'label')].filter((words) => words !== '').map(lowerFirst).join(', ').replace(/^./, (letter) => letter.toUpperCase()),
    };
  });
}

/** @param {string} words */
const upperFirst = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** "EHC plan" stays as it is. @param {string} words */
const lowerFirst = (words) => (/^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words);

/** @param {RecordState[]} routes @param {string} ref */
const routeWords = (routes, ref) => said(routes.find((route) => said(route, 'ref') === ref) ?? null, 'label');

/** @param {RecordState} contact */
function checkedWords(contact) {
  const day = dayWords(said(contact, 'checked_on'));
  return day === '' ? '' : `Checked on ${day}`;
}

