/**
 * The methods of dicts and lists that a template may call.
 *
 * Those that change a list or dict in place (`append`, `update`) exist because Jinja2's `do` makes use of them. A context is
 * made fresh for each rendering, so nothing outlives the page.
 */

import { equal, sorted, truth } from './comparing.js';
import {
  DictView, TemplateFault, Tuple, Undefined, dictEntries, dictGet, dictHas, dictKey, isDict, missing, tuple, typeName, wholeNumber,
} from './values.js';

/** @typedef {import('./values.js').Value} Value */

/** @param {Value} dict @param {Value} key @param {Value} value */
function put(dict, key, value) {
  const stored = dictKey(key);
  if (dict instanceof Map) dict.set(stored, value);
  else if (typeof stored !== 'string') throw new TemplateFault('type', 'this dict takes only text for keys on the tablet');
  else Object.defineProperty(dict, stored, { value, writable: true, enumerable: true, configurable: true });
}

/** @param {Value} dict @param {Value} key */
function drop(dict, key) {
  if (dict instanceof Map) dict.delete(dictKey(key));
  else delete dict[dictKey(key)];
}

/** @type {Record<string, {arity: [number, number], run: (dict: Value, ...args: Value[]) => Value}>} */
const DICT = {
  get: { arity: [1, 2], run: (dict, key, otherwise = null) => valueOr(dictGet(dict, key), otherwise) },
  items: { arity: [0, 0], run: (dict) => new DictView('dict_items', dict) },
  keys: { arity: [0, 0], run: (dict) => new DictView('dict_keys', dict) },
  values: { arity: [0, 0], run: (dict) => new DictView('dict_values', dict) },
  copy: { arity: [0, 0], run: (dict) => (dict instanceof Map ? new Map(dict) : { ...dict }) },
  clear: {
    arity: [0, 0],
    run: (dict) => {
      for (const [key] of [...dictEntries(dict)]) drop(dict, key);
      return null;
    },
  },
  pop: {
    arity: [1, 2],
    run: (dict, key, otherwise = missing) => {
      const value = valueOr(dictGet(dict, key), otherwise);
      if (value === missing) throw new TemplateFault('key', String(key));
      drop(dict, key);
      return value;
    },
  },
  setdefault: {
    arity: [1, 2],
    run: (dict, key, value = null) => {
      if (!dictHas(dict, key)) put(dict, key, value);
      return dictGet(dict, key);
    },
  },
};

/** @param {Value} value @param {Value} otherwise @returns {Value} */
function valueOr(value, otherwise) {
  return value === missing ? otherwise : value;
}

/** @param {Value} dict @param {Value[]} args @param {Record<string, Value>} keywords @returns {Value} */
function update(dict, args, keywords) {
  if (args.length > 1) throw new TemplateFault('type', 'update takes at most one argument');
  for (const source of args) {
    if (source instanceof Undefined) source.fail();
    for (const [key, value] of isDict(source) ? dictEntries(source) : source) put(dict, key, value);
  }
  for (const [key, value] of Object.entries(keywords)) put(dict, key, value);
  return null;
}

/** @param {Value[]} list @param {Value} value @returns {number} */
function position(list, value) {
  const at = list.findIndex((item) => item === value || equal(item, value));
  if (at < 0) throw new TemplateFault('value', 'the value is not in the list');
  return at;
}

/** @type {Record<string, {arity: [number, number], changes?: boolean, run: (list: Value[], ...args: Value[]) => Value}>} */
const LIST = {
  append: { arity: [1, 1], changes: true, run: (list, value) => none(list.push(value)) },
  extend: { arity: [1, 1], changes: true, run: (list, values) => none(list.push(...iterated(values))) },
  insert: {
    arity: [2, 2],
    changes: true,
    run: (list, at, value) => none(list.splice(wholeNumber(at), 0, value)),
  },
  pop: {
    arity: [0, 1],
    changes: true,
    run: (list, at = -1) => {
      const index = wholeNumber(at) < 0 ? wholeNumber(at) + list.length : wholeNumber(at);
      if (index < 0 || index >= list.length) throw new TemplateFault('index', 'pop index out of range');
      return list.splice(index, 1)[0];
    },
  },
  remove: { arity: [1, 1], changes: true, run: (list, value) => none(list.splice(position(list, value), 1)) },
  reverse: { arity: [0, 0], changes: true, run: (list) => none(list.reverse()) },
  clear: { arity: [0, 0], changes: true, run: (list) => none((list.length = 0)) },
  copy: { arity: [0, 0], changes: true, run: (list) => [...list] },
  count: { arity: [1, 1], run: (list, value) => list.filter((item) => item === value || equal(item, value)).length },
  index: { arity: [1, 1], run: (list, value) => position(list, value) },
};

/** @param {Value} _ignored what JavaScript gave back @returns {null} what Python gives back */
const none = (_ignored) => null;

/** @param {Value} values @returns {Value[]} */
function iterated(values) {
  if (values instanceof Undefined) values.soften();
  if (values instanceof Undefined) return [];
  if (isDict(values)) return Array.from(dictEntries(values), ([key]) => key);
  if (values === null || (typeof values !== 'string' && typeof values[Symbol.iterator] !== 'function')) {
    throw new TemplateFault('type', `${typeName(values)} cannot be gone through one by one`);
  }
  return [...values];
}

/** @param {string} name @returns {boolean} */
export const isDictMethod = (name) => Object.hasOwn(DICT, name) || name === 'update' || name === 'fromkeys' || name === 'popitem';

/** @param {Value} list @param {string} name @returns {boolean} */
export const isListMethod = (list, name) => name === 'sort' ? !(list instanceof Tuple) : Object.hasOwn(LIST, name) && !(LIST[name].changes && list instanceof Tuple);

/** @param {Value} dict @param {string} name @param {Value[]} args @param {Record<string, Value>} keywords @returns {Value} */
export function callDictMethod(dict, name, args, keywords) {
  if (name === 'update') return update(dict, args, keywords);
  if (!Object.hasOwn(DICT, name)) throw new TemplateFault('attribute', `the dict method ${name} is not part of the dialect`);
  check(name, DICT[name].arity, args, keywords);
  return DICT[name].run(dict, ...args);
}

/** @param {Value[]} list @param {string} name @param {Value[]} args @param {Record<string, Value>} keywords @returns {Value} */
export function callListMethod(list, name, args, keywords) {
  if (name === 'sort') {
    check(name, [0, 0], args, {});
    const ordered = sorted(list, (item) => item, truth(keywords.reverse ?? false));
    return none(list.splice(0, list.length, ...ordered));
  }
  check(name, LIST[name].arity, args, keywords);
  return LIST[name].run(list, ...args);
}

/** @param {string} name @param {[number, number]} arity @param {Value[]} args @param {Record<string, Value>} keywords */
function check(name, [fewest, most], args, keywords) {
  if (args.length < fewest || args.length > most || Object.keys(keywords).length > 0) {
    throw new TemplateFault('type', `${name}() was called with the wrong arguments`);
  }
}

/** The pairs of a dict as tuples. @param {Value} dict @returns {Value[]} */
export function pairs(dict) {
  return Array.from(dictEntries(dict), ([key, value]) => tuple([key, value]));
}
