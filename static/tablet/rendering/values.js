/**
 * The kinds of value that a template can meet, with Python's distinctions where JavaScript has none.
 *
 * A page shape hands over plain JSON: strings, whole numbers, true, false, null, arrays and objects. Templates add markup,
 * tuples, ranges, one-pass streams and undefined names. Nothing here prints, compares or escapes: see the files beside it.
 *
 * @typedef {any} Value anything a template can hold; the runtime tells the kinds apart itself
 */

/** Stands for a name that no scope has. Never reaches a template as a value. */
export const missing = Symbol('missing');

/** What went wrong while rendering, by the kind of Python exception that the office would have met. */
export class TemplateFault extends Error {
  /**
   * @param {'undefined'|'type'|'value'|'runtime'|'not found'|'division'|'overflow'|'assertion'|'index'|'key'|'attribute'} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(message);
    this.name = 'TemplateFault';
    this.kind = kind;
  }
}

/** Text that is HTML already and is not escaped again: MarkupSafe's `Markup`. */
export class Markup {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** A Python float that is a whole number (2.0), which JavaScript cannot tell from 2. Other floats are plain numbers. */
export class Float {
  /** @param {number} value */
  constructor(value) {
    this.value = value;
  }
}

/** A Python tuple: an array that prints with parentheses and is never equal to a list. */
export class Tuple extends Array {
  static get [Symbol.species]() {
    return Array;
  }
}

/** One group of `groupby`: a pair that also answers to `.grouper` and `.list`. */
export class Group extends Tuple {}

/** Python's `range` object. */
export class Range {
  /** @param {number} start @param {number} stop @param {number} step */
  constructor(start, stop, step) {
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }

  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i += 1) yield this.start + i * this.step;
  }
}

/** What filters such as `map` and `select` give: readable once, always true, with no length. */
export class Stream {
  /** @param {Iterator<Value>} iterator */
  constructor(iterator) {
    this.iterator = iterator;
  }

  [Symbol.iterator]() {
    // Leaving a loop early must not close the generator: Python's would go on where it stopped.
    return { next: () => this.iterator.next() };
  }
}

/** What `.keys()`, `.values()` and `.items()` of a dict give. */
export class DictView {
  /** @param {'dict_keys'|'dict_values'|'dict_items'} kind @param {Value} dict */
  constructor(kind, dict) {
    this.kind = kind;
    this.dict = dict;
  }

  get length() {
    return dictSize(this.dict);
  }

  *[Symbol.iterator]() {
    for (const [key, value] of dictEntries(this.dict)) {
      if (this.kind === 'dict_items') yield tuple([key, value]);
      else yield this.kind === 'dict_keys' ? key : value;
    }
  }
}

/** A name or key that is not there. Strict in our own templates; lenient in the GOV.UK components. */
export class Undefined {
  /** @param {boolean} strict @param {string} message */
  constructor(strict, message) {
    this.strict = strict;
    this.message = message;
  }

  /** @returns {never} */
  fail() {
    throw new TemplateFault('undefined', this.message);
  }

  /** What a lenient one lets pass and a strict one refuses: printing, truth, iteration, comparison. */
  soften() {
    if (this.strict) this.fail();
  }
}

/** Jinja2's `namespace()`: the one object whose attributes a template may set. */
export class Namespace {
  constructor() {
    /** @type {Map<string, Value>} */
    this.attributes = new Map();
  }
}

/** A function of the runtime as a template sees it. */
export class Builtin {
  /** @param {string} name @param {(context: Value, args: Value[], keywords: Record<string, Value>) => Value} run */
  constructor(name, run) {
    this.name = name;
    this.run = run;
  }
}

/** @param {Value[]} items @returns {Tuple} */
export function tuple(items) {
  const made = new Tuple();
  for (let i = 0; i < items.length; i += 1) made[i] = items[i];
  return made;
}

/** A Python float from a JavaScript number. @param {number} value @returns {number|Float} */
export function float(value) {
  return Number.isInteger(value) ? new Float(value) : value;
}

/** @param {Value} value @returns {boolean} */
export function isDict(value) {
  if (value === null || typeof value !== 'object') return false;
  if (value instanceof Map) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @param {Value} value @returns {boolean} */
export function isText(value) {
  return typeof value === 'string' || value instanceof Markup;
}

/** The characters of text, markup or not. @param {Value} value @returns {string} */
export function characters(value) {
  return typeof value === 'string' ? value : value.text;
}

/** Whether Python would call it a number; booleans are. @param {Value} value @returns {boolean} */
export function isNumber(value) {
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof Float;
}

/** @param {Value} value @returns {boolean} */
export function isFloat(value) {
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));
}

/** @param {Value} value a value for which isNumber holds @returns {number} */
export function numberOf(value) {
  if (typeof value === 'number') return value;
  return value instanceof Float ? value.value : Number(value);
}

/** A whole number for an argument such as an index or a width; a fault of kind "type" otherwise. @param {Value} value @returns {number} */
export function wholeNumber(value) {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isInteger(value))) return Number(value);
  if (value instanceof Undefined) value.fail();
  throw new TemplateFault('type', `${typeName(value)} cannot be used as a whole number`);
}

/** A result in whole numbers. JavaScript would round beyond 2**53 without a word. @param {number} value @returns {number} */
export function exact(value) {
  if (!Number.isSafeInteger(value)) throw new TemplateFault('overflow', 'a whole number grew beyond what JavaScript holds exactly');
  return value === 0 ? 0 : value;
}

/** Python's name for the type of a value, for messages. @param {Value} value @returns {string} */
export function typeName(value) {
  if (value === null) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (isNumber(value)) return isFloat(value) ? 'float' : 'int';
  if (value instanceof Tuple) return 'tuple';
  if (Array.isArray(value)) return 'list';
  if (isDict(value)) return 'dict';
  if (value instanceof DictView) return value.kind;
  return value.constructor?.name ?? typeof value;
}

// Dicts are plain objects, or Maps where a key is not text or JavaScript would reorder it.

/** @param {Value} dict @returns {Iterable<[Value, Value]>} */
export function dictEntries(dict) {
  return dict instanceof Map ? dict.entries() : Object.entries(dict);
}

/** @param {Value} dict @returns {number} */
export function dictSize(dict) {
  return dict instanceof Map ? dict.size : Object.keys(dict).length;
}

/**
 * A key as it is stored: text for markup, 1 for True and 1.0. A list or dict cannot be a key.
 * @param {Value} key @returns {Value}
 */
export function dictKey(key) {
  if (typeof key === 'string') return key;
  if (key instanceof Markup) return key.text;
  if (typeof key === 'boolean' || key instanceof Float) return numberOf(key);
  if (key instanceof Undefined) key.soften();
  if (key instanceof Tuple) throw new TemplateFault('type', 'tuples as keys of a dict are not part of the dialect');
  if (Array.isArray(key) || isDict(key)) throw new TemplateFault('type', `unhashable type: '${typeName(key)}'`);
  return key;
}

/** @param {Value} dict @param {Value} key @returns {boolean} */
export function dictHas(dict, key) {
  const stored = dictKey(key);
  if (dict instanceof Map) return dict.has(stored);
  return typeof stored === 'string' && Object.hasOwn(dict, stored);
}

/** @param {Value} dict @param {Value} key @returns {Value} the value, or `missing` */
export function dictGet(dict, key) {
  const stored = dictKey(key);
  if (dict instanceof Map) return dict.has(stored) ? dict.get(stored) : missing;
  // A page shape that leaves JavaScript's `undefined` under a key has not given the key.
  return typeof stored === 'string' && Object.hasOwn(dict, stored) && dict[stored] !== undefined ? dict[stored] : missing;
}

/** @param {Iterable<[Value, Value]>} pairs @returns {Map<Value, Value>} */
export function dictFrom(pairs) {
  const dict = new Map();
  for (const [key, value] of pairs) dict.set(dictKey(key), value);
  return dict;
}
