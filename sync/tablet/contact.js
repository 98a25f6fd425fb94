/**
 * Tells the office, as counts, how much is still on this tablet alone: so that a lead sees it in the evening without asking everybody.
 *
 * It stands beside the life of a note, behind step 6. What is told is counted from the rows each time and kept nowhere: what was not heard
 * is told anew, as it is then. It holds no word, no name, no author and no id of a record. Whatever goes wrong with it keeps nobody from
 * anything. Source: PROTOCOL.md 4.9.
 */
import { toUtf8 } from './bytes.js';
import { streamParts } from './header.js';
import { needsPerson, outboxRows } from './outbox.js';
import { StorageProblem } from './ports.js';
import { tellOffice } from './telling.js';

/** @typedef {import('./tablet.js').Tablet} Tablet */
/** @typedef {{scope: string, waiting: number, oldest_age_s: number}} ScopeHeld */
/**
 * @typedef {object} Contact  what PROTOCOL.md 4.9 says, in the order of its table
 * @property {string} app_version @property {number} waiting @property {string | null} oldest_at @property {number | null} oldest_age_s
 * @property {ScopeHeld[]} scopes @property {number} attention @property {number} drafts @property {boolean | null} persisted
 */
/**
 * @typedef {object} ContactResult
 * @property {boolean} asked whether anything was sent
 * @property {string | null} told what stands at the office now, to be given back the next time
 * @property {string | null} problem @property {string | null} retryAfter @property {boolean} epochChanged
 */

const MOST_SCOPES = 64;

/**
 * Tell what is here, when it is not what was told last, or when it is time again.
 * @param {Tablet} tablet @param {{app_version: string, persisted: boolean | null}} about
 * @param {{told: string | null, due: boolean}} before `told`: as the last result gave it; `null` at a start
 * @returns {Promise<ContactResult>}
 */
export async function contactStep(tablet, about, { told, due }) {
  const nothing = { asked: false, told, problem: null, retryAfter: null, epochChanged: false };
  try {
    const contact = await contactNow(tablet, about);
    const tells = whatCounts(contact);
    if (!due && tells === told) return nothing;
    const { problem, retryAfter, epochChanged } = await tellOffice(tablet, '/sync/contact', writeContact(contact), { format: 'fieldwork-contacted/1' });
    return { asked: true, told: problem === null ? tells : told, problem, retryAfter, epochChanged };
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
    return { ...nothing, problem: 'storage_failed' };
  }
}

/**
 * What is here now. What only the journal has taken so far waits like anything else.
 * @param {Tablet} tablet @param {{app_version: string, persisted: boolean | null}} about @returns {Promise<Contact>}
 */
export async function contactNow({ storage, clock, overflow }, { app_version, persisted }) {
  const rows = await outboxRows({ storage, overflow });
  const here = rows.filter(({ at_office }) => !at_office);
  const now = clock.now();
  /** @param {string} then */
  const age_s = (then) => Math.max(0, Math.floor((Date.parse(now) - Date.parse(then)) / 1000));
  const oldest_at = oldestOf(here);
  return {
    app_version: app_version.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64) || 'unknown',
    waiting: here.length,
    oldest_at,
    oldest_age_s: oldest_at === null ? null : age_s(oldest_at),
    scopes: scopesOf(here, age_s),
    attention: rows.filter(needsPerson).length,
    drafts: await storage.count('drafts'),
    persisted,
  };
}

/**
 * What waits of each visit, the longest first. Never by lane or by author: one more among the concerns would say what a child has told.
 * @param {{stream: string, minted_at: string}[]} here @param {(then: string) => number} age_s @returns {ScopeHeld[]}
 */
function scopesOf(here, age_s) {
  /** @type {Map<string, {stream: string, minted_at: string}[]>} */
  const byScope = new Map();
  for (const row of here) {
    const { scope } = streamParts(row.stream);
    if (scope.startsWith('visit:')) byScope.set(scope, [...byScope.get(scope) ?? [], row]);
  }
  return [...byScope]
    .map(([scope, rows]) => ({ scope, waiting: rows.length, oldest_age_s: age_s(/** @type {string} */ (oldestOf(rows))) }))
    .sort((a, b) => b.oldest_age_s - a.oldest_age_s || (a.scope < b.scope ? -1 : 1))
    .slice(0, MOST_SCOPES);
}

/** @param {{minted_at: string}[]} rows @returns {string | null} */
const oldestOf = (rows) => rows.reduce((oldest, { minted_at }) => (oldest === null || minted_at < oldest ? minted_at : oldest), /** @type {string | null} */ (null));

/**
 * What makes it worth telling before its time. Ages change by themselves, and a draft comes and goes with each block that somebody writes.
 * @param {Contact} contact @returns {string}
 */
const whatCounts = ({ oldest_age_s: _age, drafts: _drafts, scopes, ...counts }) =>
  JSON.stringify([counts, scopes.map(({ scope, waiting }) => `${scope} ${waiting}`).sort()]);

/** A contact as sent. @param {Contact} contact @returns {import('./ports.js').Bytes} */
export function writeContact({ app_version, waiting, oldest_at, oldest_age_s, scopes, attention, drafts, persisted }) {
  const held = scopes.map((one) => ({ scope: one.scope, waiting: one.waiting, oldest_age_s: one.oldest_age_s }));
  return toUtf8(JSON.stringify({
    format: 'fieldwork-contact/1', app_version, waiting, oldest_at, oldest_age_s, scopes: held, attention, drafts, persisted,
  }));
}
