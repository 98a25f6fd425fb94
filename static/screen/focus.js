/**
 * After a page has been put in the place of another: the focus goes where the work is, never to nowhere (A11Y-06).
 *
 * Problems first, then the box to write in, then what the address points at, then the heading. A part that refreshes by itself moves
 * nothing.
 */

export function keepFocus() {
  document.addEventListener('htmx:after:swap', (event) => {
    const target = /** @type {any} */ (event).detail.ctx?.target;
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
