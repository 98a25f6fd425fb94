/**
 * The page that was asked for last is the one that is shown, however the answers come.
 *
 * Two taps in a row (Visits, then Area A) are two requests. htmx drops an answer whose place has left the page meanwhile, so the first answer
 * would win and the second tap be lost; a slow first answer would take the place of the second. A form whose answer is late has done its
 * work: its page is shown only when nothing else was asked for since, or when it says that something is wrong.
 */

/** @typedef {{target: Element, response: {status: number}}} Asked */

const FIRST_PROBLEM = 400;

export function showTheLastAsked() {
  /** @type {Asked | null} */
  let last = null;

  document.addEventListener('htmx:before:request', (event) => {
    const asked = askedBy(event);
    if (isForThePage(asked.target)) last = asked;
  });

  document.addEventListener('htmx:before:response', (event) => {
    const asked = askedBy(event);
    if (!isForThePage(asked.target)) return;
    if (asked !== last && asked.response.status < FIRST_PROBLEM) return event.preventDefault();
    last = asked;
    const main = document.getElementById('main');
    if (!asked.target.isConnected && main !== null) asked.target = main;
  });
}

/** @param {Event} event @returns {Asked} */
const askedBy = (event) => /** @type {CustomEvent} */ (event).detail.ctx;

/** The body and the main part hold a page; everything else is a part that refreshes by itself. @param {Element | null} target */
const isForThePage = (target) => target === document.body || target?.id === 'main';
