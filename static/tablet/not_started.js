/**
 * What a page hears from a worker that could not start, because the disk is full or does not open: words instead of silence.
 *
 * The worker ends itself after that. The page starts another, a little later each time, so that the tablet comes back as soon as there is
 * room, and nobody has to know how. Nothing that is stored is touched.
 */
import { STATES } from './states.js';
import { StorageProblem } from '../../sync/tablet/ports.js';

const TITLE = 'What is stored here does not open';

/** The answer to what the page has asked. @param {any} asked @param {unknown} fault */
export function notStarted(asked, fault) {
  const isFull = fault instanceof StorageProblem && fault.kind === 'quota';
  if (asked.typed) return { state: isFull ? STATES.full : STATES.failed, base: asked.typed.base, operation: null };
  if (!asked.request) return null;
  const { url, headers } = asked.request;
  const why = isFull ? 'This tablet is full. Make room: delete photos or apps that nobody needs.' : 'This tablet may be full: make room by deleting photos or apps that nobody needs. If that does not help, tell the office.';
  const main = `<main class="govuk-width-container" id="main" tabindex="-1"><h1 class="govuk-heading-l">${TITLE}</h1>`
    + `<p class="govuk-body" role="alert">${why} Fieldwork tries again by itself. It has deleted nothing.</p></main>`;
  const whole = headers['HX-Request'] === undefined || headers['HX-Request-Type'] === 'full';
  const body = whole ? `<!DOCTYPE html><html lang="en-GB" class="govuk-template"><head><title>${TITLE} – Fieldwork</title></head><body class="govuk-template__body">${main}</body></html>` : main;
  return { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' }, body, url };
}
