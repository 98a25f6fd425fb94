/**
 * Hands what is typed to the worker: at most a second behind the keys, finished when the caret leaves and on Save.
 *
 * The text in a box is the person's. Nothing here changes it but Save, which takes away exactly the words that were saved and leaves what
 * was typed meanwhile, with the caret where it was. When the worker dies, the words stay on the screen and are handed to the next one.
 */
import htmx from '../vendor/htmx.js';
import { uuid7 } from '../tablet/identifiers.js';
import { STATES } from '../tablet/states.js';

const PAUSE_MS = 300;
/** A second at most may be lost. The rest of it is for the worker and the disk of a slow tablet (a strict save took 270 ms there). */
const LONGEST_MS = 700;
/** From here on the next letter that is painted takes the words along, so that sealing them does not fall between a key and its letter. */
const WITH_A_KEY_MS = 550;
const AGAIN_MS = 1_000;
const NOT_KEPT = 'Not kept yet. Your words are on the screen; the tablet tries again.';
/** Who says the words: of these kinds the person chosen, of a question the inspector, of the others nobody. */
const SPOKEN = new Set(['verbatim', 'paraphrase']);

/** @typedef {{state: {kind: string, words: string}, base: string[]}} Kept */
/**
 * @typedef {object} Writing
 * @property {ReturnType<typeof setTimeout> | null} timer @property {number} first_ms when the first key came that is not yet handed on
 * @property {number} last_ms when the last key came @property {boolean} painting handed on as soon as the last letter is on the screen
 * @property {boolean} told something stands beside the box that may not be true of the next key
 * @property {string} began_at when typing in this block began @property {boolean} saving Save is under way
 */

/** @type {(path: string) => Promise<void>} */
let openPage;

/** @type {WeakMap<HTMLFormElement, Writing>} */
const writings = new WeakMap();

/**
 * @param {(message: Record<string, unknown>) => Promise<any>} ask the worker
 * @param {(path: string) => Promise<void>} open shows a whole page
 */
export function keepTyping(ask, open) {
  openPage = open;
  /** @param {Event} event @returns {HTMLFormElement | null} */
  const writer = ({ target }) => (target instanceof Element ? target.closest('form[data-writer]') : null);

  for (const kind of ['input', 'change']) {
    document.addEventListener(kind, (event) => {
      const form = writer(event);
      if (form !== null) soon(ask, form);
    });
  }
  document.addEventListener('focusout', (event) => {
    const form = writer(event);
    const next = event.relatedTarget;
    if (form !== null && !(next instanceof Node && form.contains(next))) hand(ask, form, { finished: true });
  });
  // Before htmx: a box that stays open is saved without a page being put in its place.
  document.addEventListener('submit', (event) => {
    const form = writer(event);
    if (form === null) return;
    if (!('stays' in form.dataset)) return stop(form);
    event.preventDefault();
    event.stopImmediatePropagation();
    finish(ask, form);
  }, true);
  document.addEventListener('keydown', (event) => {
    const form = writer(event);
    if (form !== null && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button[data-question], button[data-asks], button[data-untie]') : null;
    if (button instanceof HTMLButtonElement) question(ask, button);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    document.querySelectorAll('form[data-writer]').forEach((form) => hand(ask, /** @type {HTMLFormElement} */ (form), { finished: true }));
  });
}

/** @param {HTMLFormElement} form @returns {Writing} */
function writingOf(form) {
  const known = writings.get(form);
  if (known !== undefined) return known;
  /** @type {Writing} */
  const writing = { timer: null, first_ms: 0, last_ms: 0, painting: false, told: true, began_at: '', saving: false };
  writings.set(form, writing);
  return writing;
}

/** Runs at every key: it reads no words and touches no element unless something has to change. @param {(message: Record<string, unknown>) => Promise<any>} ask @param {HTMLFormElement} form */
function soon(ask, form) {
  const writing = writingOf(form);
  // A clock that is never put back: the tablet's own may be set while somebody types, and words would wait for a day (DUR-15).
  const now = performance.now();
  if (writing.began_at === '' && box(form).value !== '') writing.began_at = new Date().toISOString();
  if (writing.saving) return;
  if (writing.told) unsay(form, writing);
  writing.last_ms = now;
  if (writing.timer === null) {
    writing.first_ms = now;
    writing.timer = setTimeout(() => due(ask, form), PAUSE_MS);
  } else if (now - writing.first_ms >= WITH_A_KEY_MS && !writing.painting) {
    writing.painting = true;
    // A hidden page paints nothing; the timer is still there.
    requestAnimationFrame(() => setTimeout(() => { if (writing.painting) hand(ask, form, {}); }));
  }
}

/** The pause was long enough, or the words have waited as long as they may. @param {(message: Record<string, unknown>) => Promise<any>} ask @param {HTMLFormElement} form */
function due(ask, form) {
  const writing = writingOf(form);
  writing.timer = null;
  const left_ms = Math.min(writing.last_ms + PAUSE_MS, writing.first_ms + LONGEST_MS) - performance.now();
  if (left_ms <= 0) hand(ask, form, {});
  else writing.timer = setTimeout(() => due(ask, form), left_ms);
}

/** @param {HTMLFormElement} form */
function stop(form) {
  const writing = writingOf(form);
  if (writing.timer !== null) clearTimeout(writing.timer);
  writing.timer = null;
  writing.painting = false;
}

/**
 * Give the whole form to the worker. Twice is as once.
 * @param {(message: Record<string, unknown>) => Promise<any>} ask @param {HTMLFormElement} form @param {{finished?: boolean, closed?: boolean}} how
 * @returns {Promise<boolean>} whether it is kept
 */
async function hand(ask, form, { finished = false, closed = false }) {
  const writing = writingOf(form);
  if (writing.saving && !closed) return false;
  stop(form);
  if (writing.began_at === '' && form.dataset.base === '[]') return true;
  const { record } = form.dataset;
  try {
    const kept = /** @type {Kept} */ (await ask({ typed: typedIn(form, writing, finished, closed) }));
    if (form.dataset.record === record) form.dataset.base = JSON.stringify(kept.base);
    say(form, kept.state);
    return kept.state.kind !== 'failed';
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    say(form, { kind: 'failed', words: NOT_KEPT });
    stop(form);
    writing.timer = setTimeout(() => {
      writing.timer = null;
      hand(ask, form, { finished });
    }, AGAIN_MS);
    return false;
  }
}

/** @param {HTMLFormElement} form @param {Writing} writing @param {boolean} finished @param {boolean} closed */
function typedIn(form, writing, finished, closed) {
  const { record, scope, evidence, base = '[]', shown = '{}', began = '0' } = form.dataset;
  const said = new FormData(form);
  const kind = String(said.get('kind') ?? form.dataset.kind ?? 'verbatim');
  const isNew = 'stays' in form.dataset;
  const speaker = kind === 'question' && isNew ? 'inspector' : String(said.get('speaker_other') || said.get('speaker_role') || form.dataset.speaker || '');
  /** @type {Record<string, unknown>} */
  const fields = { text: box(form).value, kind, speaker_role: isNew && kind !== 'question' && !SPOKEN.has(kind) ? null : speaker || null };
  if (isNew) {
    const minute = Math.floor((Date.parse(writing.began_at) - Number(began)) / 60_000);
    Object.assign(fields, { evidence, question: String(said.get('question') ?? '') || null, place: `t${writing.began_at}` });
    if (Number(began) > 0 && minute >= 0) fields.minute = minute;
  }
  return { record, scope, evidence, base: JSON.parse(base), shown, fields, finished, closed };
}

/** Save: the words leave the box when they are safe, and not before. @param {(message: Record<string, unknown>) => Promise<any>} ask @param {HTMLFormElement} form */
async function finish(ask, form) {
  const writing = writingOf(form);
  const area = box(form);
  const words = area.value;
  if (words === '' || writing.saving) return area.focus();
  if (writing.began_at === '') writing.began_at = new Date().toISOString();
  const record = String(form.dataset.record);
  writing.saving = true;
  const kept = await hand(ask, form, { finished: true, closed: true });
  writing.saving = false;
  if (!kept) return soon(ask, form);
  takeOut(area, words);
  begin(form);
  if (area.value !== '') soon(ask, form);
  area.focus();
  await added(ask, record);
}

/** Take the saved words out of the box and leave what was typed behind them. @param {HTMLTextAreaElement} area @param {string} words */
function takeOut(area, words) {
  const { value, selectionStart, selectionEnd } = area;
  if (!value.startsWith(words)) return;
  area.value = value.slice(words.length);
  area.setSelectionRange(Math.max(0, selectionStart - words.length), Math.max(0, selectionEnd - words.length));
}

/** The box is now that of the next block. @param {HTMLFormElement} form */
function begin(form) {
  const record = uuid7();
  form.dataset.record = record;
  form.dataset.base = '[]';
  const hidden = form.elements.namedItem('record');
  if (hidden instanceof HTMLInputElement) hidden.value = record;
  writingOf(form).began_at = '';
}

/** Show a saved block at the end of the list, if there is a list. @param {(message: Record<string, unknown>) => Promise<any>} ask @param {string} record */
async function added(ask, record) {
  const list = document.getElementById('blocks');
  if (list === null) return;
  const url = new URL(`/tablet/blocks/${record}`, location.href).href;
  const said = await ask({ request: { method: 'GET', url, headers: { 'HX-Request': 'true' }, entries: null } });
  // The worker was started anew meanwhile and knows no key: the words are safe, and the page is the locked one.
  if (said.url !== url) return openPage(location.pathname);
  await htmx.ajax('GET', `/tablet/blocks/${record}`, { target: '#blocks', swap: 'beforeend' });
  // The list may have been made anew meanwhile, with this block in it.
  [...list.querySelectorAll(`[id="block-${record}"]`)].slice(0, -1).forEach((twin) => twin.remove());
  list.lastElementChild?.scrollIntoView({ block: 'nearest' });
}

/** A question is tied to what is written next, or was asked in these words. @param {(message: Record<string, unknown>) => Promise<any>} ask @param {HTMLButtonElement} button */
async function question(ask, button) {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-writer][data-stays]'));
  if (form === null) return;
  const { question: number = '', asks, words = '' } = button.dataset;
  const chosen = asks ?? (button.getAttribute('aria-pressed') === 'true' ? '' : number);
  tie(form, chosen);
  soon(ask, form);
  if (asks === undefined || button.disabled) return box(form).focus();
  button.disabled = true;
  const writing = { ...writingOf(form), began_at: new Date().toISOString() };
  const record = uuid7();
  const typed = typedIn(form, writing, true, true);
  const fields = { ...typed.fields, text: words, kind: 'question', speaker_role: 'inspector', question: asks };
  try {
    const kept = /** @type {Kept} */ (await ask({ typed: { ...typed, record, base: [], shown: '{}', fields } }));
    say(form, kept.state);
    if (kept.state.kind !== 'failed') await added(ask, record);
  } finally {
    button.disabled = false;
    box(form).focus();
  }
}

/** @param {HTMLFormElement} form @param {string} number '' for no question */
function tie(form, number) {
  const hidden = form.elements.namedItem('question');
  if (hidden instanceof HTMLInputElement) hidden.value = number;
  const line = /** @type {HTMLElement | null} */ (form.querySelector('[data-tied]'));
  const words = form.querySelector('[data-tied-words]');
  if (line !== null) line.hidden = number === '';
  let text = '';
  for (const button of document.querySelectorAll('button[data-question]')) {
    const mine = number !== '' && button.getAttribute('data-question') === number;
    button.setAttribute('aria-pressed', String(mine));
    if (mine) text = button.firstElementChild?.textContent ?? '';
  }
  if (words !== null) words.textContent = text === '' ? '' : `For question ${text.trim()}`;
}

/** The words about safety beside the box, changed only when they differ, so that they are told once. @param {HTMLFormElement} form @param {{kind: string, words: string}} state */
export function say(form, state) {
  const failed = state.kind === 'failed';
  writingOf(form).told = true;
  const quiet = form.querySelector('[data-saved]');
  const alert = form.querySelector('[data-failed]');
  if (quiet !== null) put(quiet, failed ? { kind: '', words: '' } : state);
  if (alert !== null) put(alert, failed ? state : { kind: '', words: '' });
  const copies = /** @type {HTMLElement | null} */ (form.querySelector('[data-copies]'));
  if (copies === null || copies.hidden === !failed) return;
  copies.hidden = !failed;
  copies.querySelector('[data-copied]')?.replaceChildren();
  if (failed) copies.scrollIntoView({ block: 'nearest' });
}

/** What was said of the note before is not said of words that were typed since. @param {HTMLFormElement} form @param {Writing} writing */
function unsay(form, writing) {
  writing.told = box(form).value === '';
  const quiet = form.querySelector('[data-saved]');
  if (quiet !== null && box(form).value !== '' && quiet.textContent?.trim() !== STATES.draft.words) quiet.replaceChildren();
}

/** @param {Element} place @param {{kind: string, words: string}} state */
function put(place, { kind, words }) {
  if (place.textContent?.trim() === words) return;
  if (words === '') return place.replaceChildren();
  const shown = document.createElement('span');
  shown.className = `fw-state fw-state--${kind}`;
  shown.textContent = words;
  place.replaceChildren(shown);
}

/** @param {HTMLFormElement} form @returns {HTMLTextAreaElement} */
const box = (form) => /** @type {HTMLTextAreaElement} */ (form.elements.namedItem('text'));
