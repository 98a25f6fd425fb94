/**
 * Filters over collections: choosing, sorting, grouping, adding up.
 *
 * Where Jinja2 gives a generator these give a `Stream`, which like a generator is read once and is always true.
 */

import { add } from './arithmetic.js';
import { equal, greater, hashKey, less, sorted, truth } from './comparing.js';
import { attributeGetter } from './filters_words.js';
import { iterate, length } from './lookup.js';
import { byCodePoint } from './text.js';
import {
  DictView, Group, Markup, Stream, TemplateFault, Undefined, characters, dictEntries, isDict, isText, missing, tuple, typeName,
  wholeNumber,
} from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {import('./filters.js').FilterEntry} FilterEntry */

/** @param {() => Generator<Value>} produce @returns {Stream} */
const stream = (produce) => new Stream(produce());

/** @param {Value} value @returns {Value} */
const ignoreCase = (value) => (isText(value) ? characters(value).toLowerCase() : value);

/** @param {boolean} strict @param {Value} caseSensitive @param {Value} attribute @param {Value} [otherwise] @returns {(item: Value) => Value} */
function keyOf(strict, caseSensitive, attribute, otherwise = null) {
  const get = attributeGetter(strict, attribute, otherwise);
  return truth(caseSensitive) ? get : (item) => ignoreCase(get(item));
}

/** @param {boolean} strict @param {Value} value @param {Value} reverse @param {Value} caseSensitive @param {Value} attribute @returns {Value[]} */
function sort(strict, value, reverse, caseSensitive, attribute) {
  const paths = isText(attribute) ? characters(attribute).split(',') : [attribute];
  const keys = paths.map((path) => keyOf(strict, caseSensitive, path));
  return sorted([...iterate(value)], (item) => keys.map((key) => key(item)), truth(reverse));
}

/** @param {boolean} strict @param {Value} value @param {Value} attribute @param {Value} otherwise @param {Value} caseSensitive @returns {Value[]} */
function groupby(strict, value, attribute, otherwise, caseSensitive) {
  const key = keyOf(strict, caseSensitive, attribute, otherwise);
  const shown = truth(caseSensitive) ? key : attributeGetter(strict, attribute, otherwise);
  /** @type {Group[]} */
  const groups = [];
  let current = missing;
  for (const item of sorted([...iterate(value)], key, false)) {
    const now = key(item);
    if (current === missing || !equal(current, now)) {
      const group = new Group();
      group[0] = shown(item);
      group[1] = [];
      groups.push(group);
      current = now;
    }
    groups[groups.length - 1][1].push(item);
  }
  return groups;
}

/** @param {Value} runtime @param {Value} value @param {Value} caseSensitive @param {Value} attribute @param {(a: Value, b: Value) => boolean} beats @returns {Value} */
function best(runtime, value, caseSensitive, attribute, beats) {
  const key = keyOf(runtime.strict, caseSensitive, attribute);
  let winner = missing;
  let winnersKey = missing;
  for (const item of iterate(value)) {
    const itemsKey = key(item);
    if (winner === missing || beats(itemsKey, winnersKey)) [winner, winnersKey] = [item, itemsKey];
  }
  return winner === missing ? new Undefined(runtime.strict, 'no aggregated item, sequence was empty') : winner;
}

/** @param {Value} value @param {boolean} byValue @param {Value} caseSensitive @param {Value} reverse @returns {Value[]} */
function dictsort(value, byValue, caseSensitive, reverse) {
  if (value instanceof Undefined) value.fail();
  if (!isDict(value)) throw new TemplateFault('attribute', `${typeName(value)} has no items`);
  const pairs = Array.from(dictEntries(value), (pair) => tuple([...pair]));
  const at = byValue ? 1 : 0;
  return sorted(pairs, (pair) => (truth(caseSensitive) ? pair[at] : ignoreCase(pair[at])), truth(reverse));
}

/** @param {Value} value @returns {Value} */
function reverse(value) {
  if (typeof value === 'string') return Array.from(value).reverse().join('');
  if (value instanceof Markup) return new Markup(Array.from(value.text).reverse().join(''));
  if (value instanceof Undefined) {
    value.soften();
    return [];
  }
  if (value instanceof Stream) return [...value].reverse();
  if (value === null || typeof value !== 'object') throw new TemplateFault('runtime', 'argument must be iterable');
  return new Stream([...iterate(value)].reverse()[Symbol.iterator]());
}

/** @param {Value} runtime @param {Value} value @returns {Value} */
function last(runtime, value) {
  if (value instanceof Stream) throw new TemplateFault('type', 'what a filter gives one by one has no last item: add |list');
  if (value instanceof Undefined) {
    // Python counts down from its length, which a strict one does not have.
    value.soften();
    return new Undefined(runtime.strict, 'no last item, sequence was empty');
  }
  const items = isText(value) ? byCodePoint(characters(value)) : [...iterate(value)];
  if (items.length === 0) return new Undefined(runtime.strict, 'no last item, sequence was empty');
  const item = items[items.length - 1];
  return value instanceof Markup ? new Markup(item) : item;
}

/** @param {Value} value @param {Value} count @param {Value} fill @returns {Generator<Value[]>} */
function* batch(value, count, fill) {
  /** @type {Value[]} */
  let row = [];
  for (const item of iterate(value)) {
    if (equal(row.length, count)) {
      yield row;
      row = [];
    }
    row.push(item);
  }
  if (row.length === 0) return;
  if (fill !== null) while (row.length < wholeNumber(count)) row.push(fill);
  yield row;
}

/** @param {Value} value @param {Value} slices @param {Value} fill @returns {Generator<Value[]>} */
function* slice(value, slices, fill) {
  const items = [...iterate(value)];
  const count = wholeNumber(slices);
  if (count === 0) throw new TemplateFault('division', 'integer division or modulo by zero');
  const each = Math.floor(items.length / count);
  const longer = items.length % count;
  let offset = 0;
  for (let number = 0; number < count; number += 1) {
    const start = offset + number * each;
    if (number < longer) offset += 1;
    const row = items.slice(start, offset + (number + 1) * each);
    if (fill !== null && number >= longer) row.push(fill);
    yield row;
  }
}

/** @param {Value} value @returns {boolean} whether Python's `if value:` before the loop lets it through */
const worthLooking = (value) => truth(value);

/** @param {Value} context @param {Value[]} args @param {Record<string, Value>} keywords @returns {(item: Value) => Value} */
function mapping(context, args, keywords) {
  if (args.length === 0 && 'attribute' in keywords) {
    const { attribute, default: otherwise = null, ...rest } = keywords;
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) throw new TemplateFault('runtime', `unexpected keyword argument '${unknown}'`);
    return attributeGetter(context.runtime.strict, attribute, otherwise);
  }
  if (args.length === 0) throw new TemplateFault('runtime', 'map requires a filter argument');
  const filter = context.runtime.filter(str(args[0]));
  return (item) => filter(context, item, args.slice(1), keywords);
}

/** @param {Value} name @returns {string} */
const str = (name) => (isText(name) ? characters(name) : '');

/** @param {Value} context @param {Value[]} args @param {Record<string, Value>} keywords @param {boolean} byAttribute @returns {(item: Value) => boolean} */
function choosing(context, args, keywords, byAttribute) {
  if (byAttribute && args.length === 0) throw new TemplateFault('runtime', 'missing parameter for attribute name');
  const get = byAttribute ? attributeGetter(context.runtime.strict, args[0]) : (/** @type {Value} */ item) => item;
  const rest = byAttribute ? args.slice(1) : args;
  if (rest.length === 0) return (item) => truth(get(item));
  const test = context.runtime.test(str(rest[0]));
  return (item) => truth(test(context, get(item), rest.slice(1), keywords));
}

/** @param {boolean} byAttribute @param {boolean} wanted @returns {FilterEntry} */
function chooser(byAttribute, wanted) {
  return {
    parameters: [],
    open: true,
    run: (context, _r, value, args, keywords) =>
      stream(function* chosen() {
        if (!worthLooking(value)) return;
        const choose = choosing(context, args, keywords, byAttribute);
        for (const item of iterate(value)) if (choose(item) === wanted) yield item;
      }),
  };
}

/** @type {Record<string, FilterEntry>} */
export const LIST_FILTERS = {
  batch: { parameters: ['linecount', 'fill_with'], required: 1, run: (_c, _r, value, count, fill = null) => new Stream(batch(value, count, fill)) },
  dictsort: {
    parameters: ['case_sensitive', 'by', 'reverse'],
    run: (_c, _r, value, caseSensitive = false, by = 'key', reversed = false) => {
      if (by !== 'key' && by !== 'value') throw new TemplateFault('runtime', 'you can only sort by either "key" or "value"');
      return dictsort(value, by === 'value', caseSensitive, reversed);
    },
  },
  first: {
    parameters: [],
    run: (_c, runtime, value) => {
      for (const item of iterate(value)) return item;
      return new Undefined(runtime.strict, 'no first item, sequence was empty');
    },
  },
  groupby: {
    parameters: ['attribute', 'default', 'case_sensitive'],
    required: 1,
    run: (_c, runtime, value, attribute, otherwise = null, caseSensitive = false) => groupby(runtime.strict, value, attribute, otherwise, caseSensitive),
  },
  items: {
    parameters: [],
    run: (_c, _r, value) =>
      stream(function* items() {
        if (value instanceof Undefined) return;
        if (!isDict(value)) throw new TemplateFault('type', 'can only get item pairs from a mapping');
        yield* new DictView('dict_items', value);
      }),
  },
  last: { parameters: [], run: (_c, runtime, value) => last(runtime, value) },
  length: { parameters: [], run: (_c, _r, value) => length(value) },
  list: { parameters: [], run: (_c, _r, value) => [...iterate(value)] },
  map: {
    parameters: [],
    open: true,
    run: (context, _r, value, args, keywords) =>
      stream(function* mapped() {
        if (!worthLooking(value)) return;
        const work = mapping(context, args, keywords);
        for (const item of iterate(value)) yield work(item);
      }),
  },
  max: {
    parameters: ['case_sensitive', 'attribute'],
    run: (_c, runtime, value, caseSensitive = false, attribute = null) => best(runtime, value, caseSensitive, attribute, greater),
  },
  min: {
    parameters: ['case_sensitive', 'attribute'],
    run: (_c, runtime, value, caseSensitive = false, attribute = null) => best(runtime, value, caseSensitive, attribute, less),
  },
  reject: chooser(false, false),
  rejectattr: chooser(true, false),
  reverse: { parameters: [], run: (_c, _r, value) => reverse(value) },
  select: chooser(false, true),
  selectattr: chooser(true, true),
  slice: { parameters: ['slices', 'fill_with'], required: 1, run: (_c, _r, value, slices, fill = null) => new Stream(slice(value, slices, fill)) },
  sort: {
    parameters: ['reverse', 'case_sensitive', 'attribute'],
    run: (_c, runtime, value, reversed = false, caseSensitive = false, attribute = null) => sort(runtime.strict, value, reversed, caseSensitive, attribute),
  },
  sum: {
    parameters: ['attribute', 'start'],
    run: (_c, runtime, value, attribute = null, start = 0) => {
      if (isText(start)) throw new TemplateFault('type', "sum() can't sum strings");
      const get = attributeGetter(runtime.strict, attribute);
      let total = start;
      for (const item of iterate(value)) total = add(total, get(item));
      return total;
    },
  },
  unique: {
    parameters: ['case_sensitive', 'attribute'],
    run: (_c, runtime, value, caseSensitive = false, attribute = null) =>
      stream(function* unique() {
        const key = keyOf(runtime.strict, caseSensitive, attribute);
        const seen = new Set();
        for (const item of iterate(value)) {
          const hashed = hashKey(key(item));
          if (seen.has(hashed)) continue;
          seen.add(hashed);
          yield item;
        }
      }),
  },
};
LIST_FILTERS.count = LIST_FILTERS.length;
