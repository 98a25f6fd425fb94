/**
 * How a template reaches into a value: `a.b`, `a['b']`, `a[1:3]`, going through a collection, and calling.
 *
 * Jinja2's order holds: with a dot a method comes before a key, with brackets the key comes first. What is not there is an
 * undefined value of the template that asked, strict or lenient.
 */

import { callDictMethod, callListMethod, isDictMethod, isListMethod } from './collection_methods.js';
import { REFUSED, callTextMethod, isTextMethod } from './text_methods.js';
import { byCodePoint } from './text.js';
import {
  Builtin, DictView, Group, Markup, Namespace, Range, Stream, TemplateFault, Tuple, Undefined, characters, dictEntries, dictGet,
  isDict, isFloat, isNumber, isText, missing, numberOf, tuple, typeName, wholeNumber,
} from './values.js';

/** @typedef {import('./values.js').Value} Value */

/** A method that was looked up and not yet called. */
export class BoundMethod {
  /** @param {Value} owner @param {string} name */
  constructor(owner, name) {
    this.owner = owner;
    this.name = name;
  }

  /** @param {Value} _context @param {Value[]} args @param {Record<string, Value>} keywords @returns {Value} */
  run(_context, args, keywords) {
    if (isText(this.owner)) return callTextMethod(this.owner, this.name, args, keywords);
    if (Array.isArray(this.owner)) return callListMethod(this.owner, this.name, args, keywords);
    return callDictMethod(this.owner, this.name, args, keywords);
  }
}

/** The method or attribute that Python would find on the object itself, or `missing`. @param {Value} owner @param {string} name @returns {Value} */
function ownAttribute(owner, name) {
  if (isDict(owner)) return isDictMethod(name) ? new BoundMethod(owner, name) : missing;
  if (isText(owner)) {
    if (REFUSED.has(name)) throw new TemplateFault('attribute', `the text method ${name} is not part of the dialect`);
    return isTextMethod(name) ? new BoundMethod(owner, name) : missing;
  }
  if (Array.isArray(owner)) {
    if (owner instanceof Group && name === 'grouper') return owner[0];
    if (owner instanceof Group && name === 'list') return owner[1];
    return isListMethod(owner, name) ? new BoundMethod(owner, name) : missing;
  }
  if (owner instanceof Namespace) return owner.attributes.has(name) ? owner.attributes.get(name) : missing;
  if (typeof owner?.attribute === 'function') return owner.attribute(name);
  return missing;
}

/** @param {Value} owner @param {Value} key @returns {Value} what brackets find, or `missing` */
function element(owner, key) {
  if (isDict(owner)) return typeof key === 'object' && key !== null && (Array.isArray(key) || isDict(key)) ? missing : dictGet(owner, key);
  if (key instanceof Undefined || !isNumber(key) || isFloat(key)) return missing;
  if (isText(owner)) {
    const points = byCodePoint(characters(owner));
    const point = points[placed(numberOf(key), points.length)];
    if (point === undefined) return missing;
    return owner instanceof Markup ? new Markup(point) : point;
  }
  if (Array.isArray(owner)) {
    const value = owner[placed(numberOf(key), owner.length)];
    return value === undefined ? missing : value;
  }
  if (owner instanceof Range) {
    const index = placed(numberOf(key), owner.length);
    return index < 0 || index >= owner.length ? missing : owner.start + index * owner.step;
  }
  return missing;
}

/** @param {number} index @param {number} length @returns {number} */
const placed = (index, length) => (index < 0 ? index + length : index);

/** @param {boolean} strict @param {Value} owner @param {Value} key @returns {Value} */
function absent(strict, owner, key) {
  return new Undefined(strict, `${typeName(owner)} has no ${typeof key === 'string' ? `attribute '${key}'` : 'such element'}`);
}

/** `owner.name`. @param {boolean} strict @param {Value} owner @param {string} name @returns {Value} */
export function attribute(strict, owner, name) {
  if (owner instanceof Undefined) owner.fail();
  const found = ownAttribute(owner, name);
  if (found !== missing) return found;
  const keyed = owner instanceof Namespace ? missing : element(owner, name);
  return keyed === missing ? absent(strict, owner, name) : keyed;
}

/** The `attr` filter: what the object itself has, and never a key. @param {boolean} strict @param {Value} owner @param {string} name @returns {Value} */
export function ownOnly(strict, owner, name) {
  const found = owner instanceof Undefined ? missing : ownAttribute(owner, name);
  return found === missing ? absent(strict, owner, name) : found;
}

/** `owner[key]`. @param {boolean} strict @param {Value} owner @param {Value} key @returns {Value} */
export function item(strict, owner, key) {
  if (owner instanceof Undefined) owner.fail();
  const keyed = element(owner, key);
  if (keyed !== missing) return keyed;
  if (isText(key)) {
    const found = ownAttribute(owner, characters(key));
    if (found !== missing) return found;
  }
  return absent(strict, owner, key);
}

/** `owner[start:stop:step]`. @param {Value} owner @param {Value} start @param {Value} stop @param {Value} step @returns {Value} */
export function slice(owner, start, stop, step) {
  if (owner instanceof Undefined) owner.fail();
  if (!isText(owner) && !Array.isArray(owner) && !(owner instanceof Range)) throw new TemplateFault('type', `${typeName(owner)} cannot be sliced`);
  const source = isText(owner) ? byCodePoint(characters(owner)) : Array.isArray(owner) ? owner : [...owner];
  const by = step === null ? 1 : wholeNumber(step);
  if (by === 0) throw new TemplateFault('value', 'slice step cannot be zero');
  const length = source.length;
  const bound = (/** @type {Value} */ value, /** @type {number} */ otherwise) => {
    if (value === null) return otherwise;
    const at = placed(wholeNumber(value), length);
    return by > 0 ? Math.min(Math.max(at, 0), length) : Math.min(Math.max(at, -1), length - 1);
  };
  const from = bound(start, by > 0 ? 0 : length - 1);
  const to = bound(stop, by > 0 ? length : -1);
  /** @type {Value[]} */
  const taken = [];
  for (let at = from; by > 0 ? at < to : at > to; at += by) taken.push(source[at]);
  if (owner instanceof Markup) return new Markup(taken.join(''));
  if (typeof owner === 'string') return taken.join('');
  return owner instanceof Tuple ? tuple(taken) : taken;
}

/** Python's `iter()`: what a `for` can go through. @param {Value} value @returns {Iterable<Value>} */
export function iterate(value) {
  if (Array.isArray(value)) return value;
  if (value instanceof Undefined) {
    value.soften();
    return [];
  }
  if (isDict(value)) return Array.from(dictEntries(value), ([key]) => key);
  if (typeof value === 'string') return value;
  if (value instanceof Markup) return Array.from(value.text, (point) => new Markup(point));
  if (value instanceof Stream || value instanceof DictView || value instanceof Range) return value;
  throw new TemplateFault('type', `${typeName(value)} cannot be gone through one by one`);
}

/** Python's `len()`. @param {Value} value @returns {number} */
export function length(value) {
  if (value instanceof Undefined) {
    value.soften();
    return 0;
  }
  if (isText(value)) return byCodePoint(characters(value)).length;
  if (isDict(value)) return value instanceof Map ? value.size : Object.keys(value).length;
  if (Array.isArray(value) || value instanceof Range || value instanceof DictView || value?.isLoop) return value.length;
  throw new TemplateFault('type', `${typeName(value)} has no length`);
}

/** Exactly `count` values, for an assignment to several names. @param {Value} value @param {number} count @returns {Value[]} */
export function unpack(value, count) {
  const items = Array.isArray(value) ? value : [...iterate(value)];
  if (items.length !== count) throw new TemplateFault('value', `${count} values were expected here, and there are ${items.length}`);
  return items;
}

/** @param {Value} value @returns {boolean} */
export function isCallable(value) {
  return value instanceof BoundMethod || value instanceof Builtin || typeof value?.run === 'function' || value instanceof Undefined;
}

/** Calls what a template calls. @param {Value} context @param {Value} callee @param {Value[]} args @param {Record<string, Value>|null} keywords @returns {Value} */
export function call(context, callee, args, keywords) {
  if (callee instanceof Undefined) callee.fail();
  if (callee === null || typeof callee !== 'object' || typeof callee.run !== 'function') {
    throw new TemplateFault('type', `${typeName(callee)} cannot be called`);
  }
  return callee.run(context, args, keywords ?? {});
}
