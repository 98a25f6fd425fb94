/**
 * The page's side of the seam: sends what htmx asks to the worker instead of the network, and starts the worker anew when it dies.
 *
 * The worker holds a Web Lock; when that falls free it is dead, every request that waits fails at once instead of for ever, and a new
 * one is started after a pause that grows (offline.md 13). This file knows no words and no keys.
 */
import htmx from '../vendor/htmx.js';
import { keepFiles, offerFile } from './files.js';
import { keepFocus } from './focus.js';
import { askToKeep, windowHere } from './keeping.js';
import { showTheLastAsked } from './following.js';
import { keepLocking } from './locking.js';
import { copyWords, leavingWords } from './not_saved.js';
import { canAdd, canAsk, withPasskey } from './passkeys.js';
import { keepTyping } from './typing.js';
import { choosePassages } from './passages.js';

const WORKER = new URL('../tablet/worker.js', import.meta.url);
const LONGEST_WAIT_MS = 55_000;
const MOST_PAUSE_MS = 10_000;

// A page is whole at once: without a pause for style transitions links are bound at once, and no style attribute is written that the policy refuses.
htmx.config.defaultSettleDelay = 0;

/** @typedef {{worker: Worker, waiting: Set<(fault: Error) => void>, dead: boolean}} Life */

/** The page is older than the worker: parts of it must not be put in the place of what stands there. */
let behind = false;

/** What this browser can do with passkeys: every worker is told, before anything is asked of it. */
const passkeys = { asks: canAsk(), adds: false };

/** What window this is: the tablet's first page alone says what the organisation wants of it. */
const here = windowHere();

/** @type {Life} */
let life = start(0);

/** @param {number} deaths @returns {Life} */
function start(deaths) {
  const worker = new Worker(WORKER, { type: 'module', name: 'fieldwork' });
  /** @type {Life} */
  const mine = { worker, waiting: new Set(), dead: false };
  const born = performance.now();
  const died = () => {
    if (mine.dead) return;
    mine.dead = true;
    worker.terminate();
    for (const fail of mine.waiting) fail(new TypeError('the local server stopped'));
    const quick = performance.now() - born < 30_000;
    setTimeout(() => {
      life = start(quick ? deaths + 1 : 0);
      comeBack();
    }, Math.min(MOST_PAUSE_MS, 100 * 2 ** deaths));
  };
  worker.onerror = died;
  worker.postMessage({ passkeys, window: here });
  worker.onmessage = ({ data }) => {
    if (data.lock) navigator.locks.request(data.lock, died);
    else document.dispatchEvent(new CustomEvent('fieldwork:told', { detail: data }));
  };
  return mine;
}

/**
 * A new worker knows no key, so the page it would make is the locked one. Words in a box are not taken from the screen for that: they are
 * kept as they are typed, and the next page that is asked for is the locked one.
 */
function comeBack() {
  const writing = [...document.querySelectorAll('form[data-writer] textarea')].some((box) => /** @type {HTMLTextAreaElement} */ (box).value !== '');
  if (writing) behind = true;
  else open(location.pathname + location.search);
}

/** Ask the worker. @param {Record<string, unknown>} message @param {AbortSignal} [signal] @param {ArrayBuffer[]} [handed] what the page then has no longer @returns {Promise<any>} */
export function ask(message, signal, handed = []) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    const asked = life;
    /** @param {() => void} settle */
    const end = (settle) => {
      asked.waiting.delete(fail);
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      port1.close();
      settle();
    };
    const fail = (/** @type {Error} */ fault) => end(() => reject(fault));
    const stop = () => end(() => reject(signal?.reason));
    const timer = setTimeout(() => fail(new TypeError('the local server did not answer')), LONGEST_WAIT_MS);
    asked.waiting.add(fail);
    signal?.addEventListener('abort', stop);
    port1.onmessage = ({ data }) => end(() => resolve(data));
    asked.worker.postMessage(message, [port2, ...handed]);
  });
}

/** Stands in for fetch. @param {string} action @param {any} [options] @returns {Promise<Response>} */
async function workerFetch(action, { method = 'GET', headers = {}, body = null, signal = undefined, passkeyOutput = null } = {}) {
  const url = new URL(action, location.href);
  const request = { method, url: url.href, headers: { ...headers }, entries: body === null ? null : [...body], passkeyOutput };
  const said = await ask({ request }, signal, passkeyOutput === null ? [] : [passkeyOutput]);
  if (said.file) offerFile(said.file);
  const response = new Response([204, 205, 304].includes(said.status) ? null : said.body, { status: said.status, headers: said.headers });
  return Object.defineProperty(response, 'url', { value: said.url });
}

/** @param {string} href */
const isTablets = (href) => {
  const url = new URL(href, location.href);
  return url.origin === location.origin && url.pathname.startsWith('/tablet/');
};

document.addEventListener('htmx:config:request', (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  if (isTablets(ctx.request.action)) ctx.fetch = leavingWords(ctx.sourceElement, withPasskey(ctx.sourceElement, workerFetch));
});

// A link that htmx has not bound yet would be a real navigation, which ends the worker and the key (offline.md 13, pitfalls 3 and 4).
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey) return;
  if (!isTablets(link.href) || link.target || link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  htmx.ajax('GET', link.pathname + link.search, { target: '#main', swap: 'outerHTML', push: 'true' });
});

document.addEventListener('fieldwork:told', (event) => {
  const said = /** @type {CustomEvent} */ (event).detail;
  if (said.states) showStates(said.states);
  if (said.changed && !behind) document.body.dispatchEvent(new CustomEvent('fieldwork:changed'));
  if (said.changed?.fetched && !behind) document.body.dispatchEvent(new CustomEvent('fieldwork:fetched'));
});

/** @param {{connection: {words: string}, saved: {kind: string, words: string}, standing: string}} states */
function showStates({ connection, saved, standing }) {
  say('fw-connection', connection.words);
  say('fw-standing', standing);
  const place = document.getElementById('fw-saved');
  if (place === null || place.textContent?.trim() === saved.words) return;
  const state = document.createElement('span');
  state.className = `fw-state fw-state--${saved.kind}`;
  state.textContent = saved.words;
  place.replaceChildren(...(saved.words === '' ? [] : [state]));
}

/** @param {string} id @param {string} words */
function say(id, words) {
  const place = document.getElementById(id);
  if (place !== null && place.textContent !== words) place.textContent = words;
}

/** @param {string} path @returns {Promise<void>} */
const open = (path) => {
  behind = false;
  return htmx.ajax('GET', path, { target: 'body', swap: 'outerSync' });
};

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') life.worker.postMessage({ hidden: true });
});
for (const kind of ['online', 'offline']) {
  addEventListener(kind, () => life.worker.postMessage({ online: kind === 'online' }));
}

keepTyping(ask, open);
keepFocus();
keepFiles();
showTheLastAsked();
keepLocking((message) => life.worker.postMessage(message));
choosePassages();
canAdd().then((adds) => {
  passkeys.adds = adds;
  life.worker.postMessage({ passkeys });
});
askToKeep();
copyWords();
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js', { scope: '/tablet/' });
if (document.body.dataset.shell !== undefined) open(location.pathname + location.search);
