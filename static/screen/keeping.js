/**
 * Asks the browser to keep what is stored, at the moments when a person sets the tablet up or unlocks it, and says what kind of window this is.
 *
 * Firefox asks the person, Chromium and WebKit decide by themselves, some never say yes; so it is asked again at each unlock until it is
 * promised. Whatever a browser answers, throws or has not at all, the tablet works; the worker says on its pages what was promised (DUR-11).
 */
const MOMENTS = '[data-keeps-storage], [data-passkey="unlock"]';

let promised = false;

export function askToKeep() {
  note(() => navigator.storage?.persisted?.());
  document.addEventListener('submit', ({ target }) => {
    // In the same turn as the touch: a browser that asks the person does so only then.
    if (!promised && target instanceof Element && target.matches(MOMENTS)) note(() => navigator.storage?.persist?.());
  });
}

/** @param {() => Promise<boolean> | undefined} ask */
async function note(ask) {
  try {
    promised = (await ask()) ?? false;
  } catch (problem) {
    // A private window or somebody's policy. Nothing was promised, and that is said where people write.
    if (!(problem instanceof DOMException) && !(problem instanceof TypeError)) throw problem;
  }
}

/** @returns {import('../tablet/keeping.js').Window} */
export const windowHere = () => ({
  // The engine's own name for itself; a browser on an iPad is WebKit whoever made it.
  apple: (navigator.vendor ?? '').startsWith('Apple'),
  installed: matchMedia('(display-mode: standalone)').matches || /** @type {any} */ (navigator).standalone === true,
  mustBeInstalled: 'installedOnly' in document.body.dataset,
});
