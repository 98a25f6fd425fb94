/**
 * The page's part in locking: tells the worker that somebody is there, says when it is about to lock, and locks as the button does.
 *
 * Only what a person does counts, and it is told at most once in five seconds, or at once when the tablet has warned. What is told is that
 * something was done, never what.
 */
import htmx from '../vendor/htmx.js';

const TOLD_EVERY_MS = 5_000;
const ACTS = ['keydown', 'pointerdown', 'click', 'input', 'wheel'];

let told_at = -Infinity;
let warned = false;
let locking = false;

/** @param {(message: Record<string, unknown>) => void} tell says something to the worker */
export function keepLocking(tell) {
  const used = () => {
    const now = performance.now();
    if (!warned && now - told_at < TOLD_EVERY_MS) return;
    told_at = now;
    tell({ used: true });
  };
  for (const act of ACTS) document.addEventListener(act, used, { capture: true, passive: true });
  document.addEventListener('fieldwork:told', (event) => {
    const { locking: soon, overdue } = /** @type {CustomEvent} */ (event).detail;
    if (soon !== undefined) warn(soon);
    if (overdue) lockNow();
  });
}

/** @param {{left_s: number} | null} soon */
function warn(soon) {
  document.getElementById('fw-locking')?.remove();
  warned = soon !== null;
  if (soon === null) return;
  const place = document.createElement('div');
  place.id = 'fw-locking';
  place.className = 'fw-locking';
  place.setAttribute('role', 'alert');
  const words = document.createElement('p');
  words.className = 'govuk-body fw-locking__words';
  words.textContent = `Nobody has used this tablet for a while. It locks in ${soon.left_s} seconds. Touch it or press a key to keep it open.`;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'govuk-button fw-locking__stay';
  button.textContent = 'Keep it open';
  place.append(words, button);
  document.body.append(place);
}

/** As by hand: what is in a box is handed over when the caret leaves it, and then the locked page is shown. */
async function lockNow() {
  if (locking) return;
  locking = true;
  try {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    await htmx.ajax('POST', '/tablet/lock', { target: '#main', swap: 'outerHTML', push: 'true' });
  } finally {
    locking = false;
    warn(null);
  }
}
