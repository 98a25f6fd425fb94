/**
 * A file that the worker made, handed to the person: the browser saves it as it saves any download, without a network.
 *
 * It is offered once by itself, and again by the button of the page that came with it, because a browser may want a touch before it saves.
 * With that page the file goes from memory: what a person may read must not outlast the page, nor a lock.
 */

/** @typedef {{name: string, content: Blob}} File */

/** A browser may still be reading from the address when the click has returned. */
const KEPT_FOR_MS = 60_000;

/** @type {File | null} */
let offered = null;

/** @param {File} file */
export function offerFile(file) {
  offered = file;
  save(file);
}

export function keepFiles() {
  document.addEventListener('click', (event) => {
    if (offered !== null && event.target instanceof Element && event.target.closest('[data-save-file]')) save(offered);
  });
  document.addEventListener('htmx:after:swap', () => {
    if (document.querySelector('[data-save-file]') === null) offered = null;
  });
}

/** @param {File} file */
function save({ name, content }) {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  // Neither htmx nor the shell may take it for a page to go to; it is a link for this one click and never shown.
  link.addEventListener('click', (event) => event.stopPropagation());
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_FOR_MS);
}
