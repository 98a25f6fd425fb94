/**
 * Filters over text: case, cutting, joining, escaping, and the forms that go into addresses and scripts.
 *
 * Every filter here gives the bytes that Jinja2's filter of the same name gives. A filter gets the context, the runtime of the
 * template that uses it, the value, and its arguments by position; what was not given is `undefined`.
 */

import { mod } from './arithmetic.js';
import { truth } from './comparing.js';
import { toJson } from './json.js';
import { item as itemOf, iterate, ownOnly } from './lookup.js';
import { escape, hasHtml, isMarkupLike, softStr, str } from './printing.js';
import { codePoints, cut, splitLines, splitRight } from './text.js';
import { callTextMethod, onSoftText } from './text_methods.js';
import {
  Markup, TemplateFault, Undefined, characters, dictEntries, isDict, isText, tuple, typeName, wholeNumber,
} from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {import('./filters.js').FilterEntry} FilterEntry */

const WORD_START = /([-\s\x1c-\x1f\x85({\[<]+)/;

/** @param {Value} value @returns {string} */
function capitalizeWords(value) {
  return characters(softStr(value))
    .split(WORD_START)
    .filter((part) => part !== '')
    .map((part) => {
      const [first] = part;
      return first.toUpperCase() + part.slice(first.length).toLowerCase();
    })
    .join('');
}

/** @param {Value} text @returns {Value} text that is safe to cut and add to */
function needText(text) {
  if (text instanceof Undefined) text.fail();
  if (!isText(text)) throw new TemplateFault('type', `text is needed here, not ${typeName(text)}`);
  return text;
}

/** @param {Value} value @param {Value} width @param {Value} first @param {Value} blank @returns {Value} */
function indent(value, width, first, blank) {
  const margin = isText(width) ? characters(width) : ' '.repeat(Math.max(0, wholeNumber(width)));
  const text = characters(needText(value));
  const [head = '', ...rest] = splitLines(`${text}\n`);
  const body = truth(blank)
    ? [head, ...rest].join(`\n${margin}`)
    : [head, ...rest.map((line) => (line === '' ? line : margin + line))].join('\n');
  const written = truth(first) ? margin + body : body;
  return value instanceof Markup ? new Markup(written) : written;
}

/** @param {Value} value @param {Value} length @param {Value} killWords @param {Value} end @param {Value} leeway @returns {Value} */
function truncate(value, length, killWords, end, leeway) {
  const most = wholeNumber(length);
  const spare = leeway === null ? 5 : wholeNumber(leeway);
  const ending = codePoints(characters(needText(end)));
  if (most < ending || spare < 0) throw new TemplateFault('assertion', `the length must be at least ${ending}`);
  if (value instanceof Undefined) {
    value.soften();
    return value;
  }
  const text = characters(needText(value));
  if (codePoints(text) <= most + spare) return value;
  const kept = cut(text, 0, most - ending);
  const whole = truth(killWords) ? kept : splitRight(kept, ' ', 1)[0];
  if (value instanceof Markup) return new Markup(whole + escape(end).text);
  return isText(end) && end instanceof Markup ? new Markup(escape(whole).text + end.text) : whole + characters(end);
}

/** @param {boolean} autoescape @param {Value} value @param {Value} old @param {Value} by @param {Value} count @returns {Value} */
function replace(autoescape, value, old, by, count) {
  const limit = count === null ? -1 : count;
  if (!autoescape) return callTextMethod(str(value), 'replace', [str(old), str(by), limit], {});
  const escaped = hasHtml(old) || (hasHtml(by) && !hasHtml(value));
  return callTextMethod(escaped ? escape(value) : softStr(value), 'replace', [softStr(old), softStr(by), limit], {});
}

/** @param {Value} context @param {Value} value @param {Value} glue @param {Value} name @returns {Value} */
function join(context, value, glue, name) {
  let items = [...iterate(value)];
  if (name !== null) items = items.map(attributeGetter(context.runtime.strict, name));
  if (!context.settings.autoescape) return items.map(str).join(str(glue));
  if (!hasHtml(glue)) {
    const safe = items.some(hasHtml);
    const parts = items.map((each) => (hasHtml(each) ? each : str(each)));
    if (!safe) return parts.join(str(glue));
    return new Markup(parts.map((part) => escape(part).text).join(escape(glue).text));
  }
  const between = /** @type {Value} */ (softStr(glue));
  return callTextMethod(between, 'join', [items.map(softStr)], {});
}

/** How `attribute=` of a filter reaches into an item: dots go deeper, digits are positions. @param {boolean} strict @param {Value} path @param {Value} [otherwise] @returns {(item: Value) => Value} */
export function attributeGetter(strict, path, otherwise = null) {
  const parts = path === null ? [] : isText(path) ? characters(path).split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)) : [path];
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = itemOf(strict, value, part);
      if (otherwise !== null && value instanceof Undefined) value = otherwise;
    }
    return value;
  };
}

/** Python's `urllib.parse.quote`. @param {Value} value @param {boolean} forQuery @returns {string} */
function quote(value, forQuery) {
  const quoted = encodeURIComponent(str(value)).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return forQuery ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/');
}

/** @param {Value} value @returns {string} */
function urlencode(value) {
  const isPairs = isDict(value) || (value !== null && typeof value === 'object' && !isText(value) && typeof value[Symbol.iterator] === 'function');
  if (!isPairs && !(value instanceof Undefined)) return quote(value, false);
  const pairs = isDict(value) ? dictEntries(value) : iterate(value);
  return Array.from(pairs, ([key, each]) => `${quote(key, true)}=${quote(each, true)}`).join('&');
}

/** @param {Value} context @param {Value} value @param {Value} autospace @returns {Value} */
function xmlattr(context, value, autospace) {
  if (value instanceof Undefined) value.fail();
  if (!isDict(value)) throw new TemplateFault('attribute', `${typeName(value)} has no items`);
  const items = [];
  for (const [key, each] of dictEntries(value)) {
    if (each === null || each instanceof Undefined) continue;
    if (/[\t-\r />=]/.test(characters(needText(key)))) throw new TemplateFault('value', `invalid character in attribute name: ${key}`);
    items.push(`${escape(key).text}="${escape(each).text}"`);
  }
  const joined = (truth(autospace) && items.length > 0 ? ' ' : '') + items.join(' ');
  return context.settings.autoescape ? new Markup(joined) : joined;
}

/** @param {Value} value @returns {Markup} */
function markSafe(value) {
  return value instanceof Markup ? value : new Markup(isMarkupLike(value) ? value.toMarkup().text : str(value));
}

/** @type {Record<string, FilterEntry>} */
export const WORD_FILTERS = {
  attr: { parameters: ['name'], required: 1, run: (_c, runtime, value, name) => ownOnly(runtime.strict, value, characters(name)) },
  capitalize: { parameters: [], run: (_c, _r, value) => onSoftText(value, 'capitalize') },
  center: { parameters: ['width'], run: (_c, _r, value, width = 80) => onSoftText(value, 'center', width) },
  escape: { parameters: [], run: (_c, _r, value) => escape(value) },
  forceescape: { parameters: [], run: (_c, _r, value) => escape(value instanceof Markup ? value.text : str(value)) },
  format: {
    parameters: [],
    open: true,
    run: (_c, _r, value, args, keywords) => {
      const named = Object.keys(keywords).length > 0;
      if (named && args.length > 0) throw new TemplateFault('runtime', 'positional and keyword arguments cannot be mixed');
      return mod(softStr(value), named ? keywords : tuple(args));
    },
  },
  indent: {
    parameters: ['width', 'first', 'blank'],
    run: (_c, _r, value, width = 4, first = false, blank = false) => indent(value, width, first, blank),
  },
  join: { parameters: ['d', 'attribute'], run: (c, _r, value, glue = '', name = null) => join(c, value, glue, name) },
  lower: { parameters: [], run: (_c, _r, value) => onSoftText(value, 'lower') },
  replace: {
    parameters: ['old', 'new', 'count'],
    required: 2,
    run: (c, _r, value, old, by, count = null) => replace(c.settings.autoescape, value, old, by, count),
  },
  safe: { parameters: [], run: (_c, _r, value) => markSafe(value) },
  string: { parameters: [], run: (_c, _r, value) => softStr(value) },
  title: { parameters: [], run: (_c, _r, value) => capitalizeWords(value) },
  tojson: { parameters: ['indent'], run: (_c, _r, value, spaces = null) => new Markup(toJson(value, spaces)) },
  trim: { parameters: ['chars'], run: (_c, _r, value, chars = null) => onSoftText(value, 'strip', chars) },
  truncate: {
    parameters: ['length', 'killwords', 'end', 'leeway'],
    run: (_c, _r, value, length = 255, killWords = false, end = '...', leeway = null) => truncate(value, length, killWords, end, leeway),
  },
  upper: { parameters: [], run: (_c, _r, value) => onSoftText(value, 'upper') },
  urlencode: { parameters: [], run: (_c, _r, value) => urlencode(value) },
  wordcount: { parameters: [], run: (_c, _r, value) => (characters(softStr(value)).match(/[\p{L}\p{N}_]+/gu) ?? []).length },
  xmlattr: { parameters: ['autospace'], run: (c, _r, value, autospace = true) => xmlattr(c, value, autospace) },
};
WORD_FILTERS.e = WORD_FILTERS.escape;
