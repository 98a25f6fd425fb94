/**
 * What could not be saved stays on the screen: the page is left as it is, says so, and gives its words to be copied (DUR-03).
 *
 * The worker answers 507 when nothing was saved. No page takes the place of the one that holds the words, and nothing here says "Saved".
 */
import { say } from './typing.js';

const NOT_SAVED = 507;
const ID = 'fw-not-saved';

/** @typedef {(action: string, options?: any) => Promise<Response>} Send */

/** How a request of this element is sent: as any other, unless nothing was saved; then htmx is told that there is nothing to swap. @param {unknown} element @param {Send} send @returns {Send} */
export function leavingWords(element, send) {
  return async (action, options) => {
    const answer = await send(action, options);
    document.getElementById(ID)?.remove();
    if (answer.status !== NOT_SAVED) return answer;
    show(element, await answer.json());
    return Object.defineProperty(new Response(null, { status: 204, headers: { 'HX-Push-Url': 'false' } }), 'url', { value: location.href });
  };
}

/** Beside the words where there is a place for it, else over the page. @param {unknown} element @param {{kind: string, words: string}} state */
function show(element, state) {
  const form = element instanceof Element ? element.closest('form[data-writer]') : null;
  if (form instanceof HTMLFormElement) return say(form, state);
  const place = document.createElement('div');
  place.id = ID;
  place.className = 'fw-locking';
  place.setAttribute('role', 'alert');
  const words = document.createElement('p');
  words.className = 'govuk-body fw-locking__words';
  words.textContent = state.words;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'govuk-button fw-locking__stay';
  button.textContent = 'Close';
  button.addEventListener('click', () => place.remove());
  place.append(words, button);
  document.body.append(place);
}

/** "Copy these words", beside a box whose words are nowhere else. */
export function copyWords() {
  document.addEventListener('click', async ({ target }) => {
    const form = target instanceof Element ? target.closest('[data-copy]')?.closest('form') : null;
    const area = form?.elements.namedItem('text');
    if (!(area instanceof HTMLTextAreaElement)) return;
    const isCopied = await copied(area);
    const told = form?.querySelector('[data-copied]');
    if (!told) return;
    told.textContent = isCopied ? 'Copied. Paste them where they are safe.' : 'The words are marked. Copy them with the tablet’s own menu.';
    told.scrollIntoView({ block: 'nearest' });
  });
}

/** @param {HTMLTextAreaElement} area @returns {Promise<boolean>} */
async function copied(area) {
  try {
    await navigator.clipboard.writeText(area.value);
    return true;
  } catch (problem) {
    // Not there, or not allowed: the old way, with the words marked so that a person can do it.
    if (!(problem instanceof DOMException) && !(problem instanceof TypeError)) throw problem;
    area.focus();
    area.select();
    return document.execCommand('copy');
  }
}
