/**
 * How well this browser keeps what is stored: what is said of it where people write, and where nobody may begin.
 *
 * Only what is known for certain refuses anybody: a quota so small that the window is a private one or the tablet is full, and, where the
 * organisation wants it, a window of WebKit that is not on the Home Screen (WebKit deletes what such a window stores after a week without
 * use). Whoever has begun a visit here finishes it. Source: assurance.md 1.2, DUR-11 to DUR-13 as design.md 11 has them.
 */
import { refusedPage, standingWords } from './pages/keeping.js';
import { persisted } from './ports/persistence.js';
import { room } from './ports/reserve.js';
import { countOutbox } from '../../sync/tablet/outbox.js';

/** What the page says of the window it stands in. @typedef {{apple: boolean, installed: boolean, mustBeInstalled: boolean}} Window */

export const LEAST_QUOTA_BYTES = 200_000_000;

/** @type {Window} */
export const UNKNOWN_WINDOW = Object.freeze({ apple: false, installed: false, mustBeInstalled: false });

/** What has to be said all the time, in sentences; '' when all is well. @param {import('./application.js').Application} application @returns {Promise<string>} */
export async function standing({ window, reserving }) {
  return standingWords({ promised: await persisted(), window, nearlyFull: reserving.nearlyFull });
}

/** The page that stands where a tablet would be set up; null when it may be. @param {import('./application.js').Application} application @param {() => Promise<import('../../sync/tablet/ports.js').Room | null>} [ask] @returns {Promise<import('./router.js').Shown | null>} */
export async function refusedHere(application, ask = room) {
  if (mustMove(application.window)) return refused(application, 'not_installed');
  const here = await ask();
  return here !== null && here.quota_bytes < LEAST_QUOTA_BYTES ? refused(application, 'not_kept') : null;
}

/**
 * Why no visit is begun in this window, and what has to leave it before anybody goes elsewhere.
 * @param {import('./application.js').Application} application @param {'not_kept' | 'not_installed'} why @param {{href: string, words: string} | ''} [back]
 */
export async function refused({ tablet, enrolment }, why, back = '') {
  const { waiting } = await countOutbox(tablet);
  return refusedPage(why, { waiting, drafts: await tablet.storage.count('drafts'), sends: enrolment !== null, back });
}

/** Whether no visit may be begun in this window. @param {Window} window */
export const mustMove = ({ apple, installed, mustBeInstalled }) => mustBeInstalled && apple && !installed;
