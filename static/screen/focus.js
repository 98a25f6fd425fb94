/**
 * After a page has been put in the place of another: the focus goes where the work is, never to nowhere (A11Y-06).
 *
 * Problems first, then the box to write in, then what the address points at, then the heading. A part that refreshes by itself moves
 * nothing: not the focus, and not the words that somebody is reading.
 */

/** @typedef {{sourceElement: Element, target: Element, request: {action: string}, response: {raw: Response}}} Swapping */

export function keepFocus() {
  keepReading();
  document.addEventListener('htmx:after:swap', (event) => {
    const { target, response } = /** @type {any} */ (event).detail.ctx ?? {};
    // Nothing was saved and nothing was swapped: whoever was at their words stays at them.
    if (response?.raw?.status === 204) return;
    if (!(target instanceof Element) || (target.id !== 'main' && target !== document.body)) return;
    const place = document.getElementById('problems') ?? document.querySelector('[data-stays] textarea, [data-focus]')
      ?? pointedAt() ?? document.querySelector('main h1');
    if (!(place instanceof HTMLElement)) return;
    if (place.tabIndex < 0) place.tabIndex = -1;
    const top = place.matches('h1, #problems');
    place.focus({ preventScroll: top });
    if (top) scrollTo(0, 0);
  });
}

/** @returns {Element | null} */
const pointedAt = () => (location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null);

function keepReading() {
  /** @param {Event} event @returns {Swapping | null} */
  const refreshing = (event) => {
    const { ctx } = /** @type {CustomEvent} */ (event).detail;
    return ctx?.target instanceof Element && ctx.sourceElement === ctx.target && ctx.target.hasAttribute('hx-trigger') ? ctx : null;
  };
  /** @type {{line: Element, top: number} | null} */
  let read = null;
  // Locked meanwhile, or taken away: the answer is then another page, which has no place inside this one.
  document.addEventListener('htmx:before:response', (event) => {
    const ctx = refreshing(event);
    if (ctx === null) return;
    const { ok, url } = ctx.response.raw;
    if (!ok || new URL(url).pathname !== new URL(ctx.request.action, location.href).pathname) event.preventDefault();
  });
  // WebKit lets the page jump when something comes in above; the others hold the place by themselves.
  if (CSS.supports('overflow-anchor', 'auto')) return;
  document.addEventListener('htmx:before:swap', (event) => {
    const line = [...refreshing(event)?.target.children ?? []].find((one) => one.getBoundingClientRect().bottom > 0);
    read = line === undefined ? null : { line, top: line.getBoundingClientRect().top };
  });
  document.addEventListener('htmx:after:swap', () => {
    if (read?.line.isConnected) scrollBy(0, read.line.getBoundingClientRect().top - read.top);
    read = null;
  });
}
