/**
 * From an address to a handler, and from what the handler says to an answer that htmx can use.
 *
 * A handler is given the application and the request and returns what to show: `{template, page}`, or where to go. It never sees a
 * header or an element id. A fault becomes one honest page, and what was typed stays where it was.
 */
import { NotSaved } from './not_saved.js';
import { problemPage } from './problems.js';
import { rendered } from './rendering.js';

/**
 * @typedef {object} Request
 * @property {string} method @property {string} path @property {Record<string, string>} params
 * @property {URLSearchParams} query @property {FormData} form @property {boolean} whole a whole document is wanted
 * @property {Uint8Array<ArrayBuffer> | null} passkeyOutput what a passkey gave; whoever uses it wipes it
 */
/**
 * What a handler says. `at` is the address that the page then has, when it is not the one asked for (a redirect, answered here); `file` is
 * handed to the person beside the page, whose template has a button with `data-save-file`.
 * @typedef {{name: string, content: Blob}} File
 * @typedef {{status?: number, template: string, page: Record<string, any>, at?: string, file?: File}} Shown
 * @typedef {{seeOther: string}} Elsewhere
 * @typedef {(application: import('./application.js').Application, request: Request) => Promise<Shown | Elsewhere>} Handler
 * @typedef {{method: 'GET' | 'POST', path: string, handler: Handler, locked?: boolean, enrolled?: boolean, always?: boolean}} Route
 * `locked`: answers while locked. `enrolled: false`: answers on a tablet that is not enrolled, and on no other. `always`: on either.
 */
/** @typedef {{status: number, headers: Record<string, string>, body: string, url: string, file: File | null}} Answer */

const MOST_REDIRECTS = 5;
/** To the page: nothing was saved, so nothing may be swapped. */
export const NOT_SAVED = 507;

/** @param {string} path */
const isOfWays = (path) => path === '/tablet/passkeys' || path.startsWith('/tablet/passkeys/');

export class Router {
  /** @param {Route[]} routes */
  constructor(routes) {
    this.routes = routes.map((route) => ({ ...route, parts: route.path.split('/') }));
  }

  /** @param {import('./application.js').Application} application @param {import('./worker.js').Asked} asked @returns {Promise<Answer>} */
  async answer(application, asked) {
    const url = new URL(asked.url);
    const whole = asked.headers['HX-Request'] === undefined || asked.headers['HX-Request-Type'] === 'full';
    const form = new FormData();
    for (const [name, value] of asked.entries ?? []) form.append(name, value);
    const passkeyOutput = asked.passkeyOutput ? new Uint8Array(asked.passkeyOutput) : null;
    try {
      return await this.#handled(application, asked.method, url, { form, whole, passkeyOutput });
    } catch (fault) {
      application.note(fault);
      return fault instanceof NotSaved ? refusalOf(fault, url) : faultOf(application, url, whole);
    } finally {
      passkeyOutput?.fill(0);
    }
  }

  /** @param {import('./application.js').Application} application @param {string} method @param {URL} url @param {Pick<Request, 'form' | 'whole' | 'passkeyOutput'>} asked @returns {Promise<Answer>} */
  async #handled(application, method, url, asked) {
    const { whole } = asked;
    let place = url;
    let verb = method === 'GET' ? 'GET' : 'POST';
    for (let turn = 0; turn < MOST_REDIRECTS; turn += 1) {
      // Whoever goes anywhere else has left the adding of a way to unlock, by whatever link.
      if (!isOfWays(place.pathname)) application.session?.forgetProven();
      const found = this.#find(verb, place.pathname);
      const diverted = application.diversion(found?.route ?? null, place.pathname + place.search);
      if (diverted !== null && verb === 'GET') {
        place = new URL(diverted, place);
        continue;
      }
      if (diverted !== null || found === null) return answerOf(application, problemPage(application, 404), place, whole);
      const request = { ...asked, method: verb, path: place.pathname, params: found.params, query: place.searchParams };
      const { session } = application;
      const said = await found.route.handler(application, request);
      if ('template' in said && session !== null && session !== application.session && !found.route.locked) {
        // The tablet was locked while the page was made: its words are for nobody now.
        verb = 'GET';
        continue;
      }
      if ('template' in said) return answerOf(application, said, said.at ? new URL(said.at, place) : place, whole);
      place = new URL(said.seeOther, place);
      verb = 'GET';
    }
    throw new Error('one page leads to the next without an end');
  }

  /** @param {string} method @param {string} path */
  #find(method, path) {
    const asked = path.split('/');
    for (const route of this.routes) {
      if (route.method !== method || route.parts.length !== asked.length) continue;
      /** @type {Record<string, string>} */
      const params = {};
      const fits = route.parts.every((part, at) => {
        if (!part.startsWith(':')) return part === asked[at];
        params[part.slice(1)] = decodeURIComponent(asked[at]);
        return asked[at] !== '';
      });
      if (fits) return { route, params };
    }
    return null;
  }
}

/** Nothing for the page to show in place of what it shows: the words stay where they were typed. @param {NotSaved} fault @param {URL} url @returns {Answer} */
const refusalOf = ({ state }, url) => ({ status: NOT_SAVED, headers: { 'content-type': 'application/json' }, body: JSON.stringify(state), url: url.href, file: null });

/** The honest page; and words alone, when even that cannot be made: a request is never left without an answer. @param {import('./application.js').Application} application @param {URL} url @param {boolean} whole @returns {Answer} */
function faultOf(application, url, whole) {
  try {
    return answerOf(application, problemPage(application, 500), url, whole);
  } catch (fault) {
    application.note(fault);
    const words = '<main id="main" tabindex="-1"><h1>Something went wrong</h1><p>The tablet could not make this page. Everything that was said to be saved is still kept.</p></main>';
    return { status: 500, headers: { 'content-type': 'text/html; charset=utf-8' }, body: words, url: url.href, file: null };
  }
}

/** @param {import('./application.js').Application} application @param {Shown} shown @param {URL} url @param {boolean} whole @returns {Answer} */
function answerOf(application, { status = 200, template, page, file }, url, whole) {
  const body = rendered(template, { ...application.frame({ at: url.pathname, place: page.place ?? '' }), ...page, whole });
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body, url: url.href, file: file ?? null };
}
