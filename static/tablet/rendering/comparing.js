/**
 * Truth, equality, order and membership as Python has them.
 *
 * An empty list is false, `1 == True`, text is ordered by code point, and comparing text with a number is an error rather than
 * an answer. Values come in as templates hold them; nothing here prints or looks names up.
 */

import {
  DictView, Float, Markup, Range, Stream, TemplateFault, Tuple, Undefined, characters, dictEntries, dictGet, dictHas, dictSize,
  isDict, isNumber, isText, missing, numberOf, typeName,
} from './values.js';

/** @typedef {import('./values.js').Value} Value */

/** Python's `bool()`. @param {Value} value @returns {boolean} */
export function truth(value) {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    default:
  }
  if (value === null) return false;
  if (value instanceof Undefined) {
    value.soften();
    return false;
  }
  if (value instanceof Markup) return value.text !== '';
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Stream) return true;
  if (isDict(value)) return dictSize(value) > 0;
  if (Array.isArray(value) || value instanceof Range || value instanceof DictView || value.isLoop) return value.length > 0;
  return true;
}

/** Python's `==`. @param {Value} a @param {Value} b @returns {boolean} */
export function equal(a, b) {
  if (a instanceof Undefined || b instanceof Undefined) {
    if (a instanceof Undefined) a.soften();
    if (b instanceof Undefined) b.soften();
    return a instanceof Undefined && b instanceof Undefined;
  }
  if (a === b) return true;
  if (isText(a)) return isText(b) && characters(a) === characters(b);
  if (isNumber(a)) return isNumber(b) && numberOf(a) === numberOf(b);
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a instanceof Tuple !== b instanceof Tuple || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!identicalOrEqual(a[i], b[i])) return false;
    return true;
  }
  if (a instanceof Range && b instanceof Range) return equal([...a], [...b]);
  if (isDict(a)) {
    if (!isDict(b) || dictSize(a) !== dictSize(b)) return false;
    for (const [key, value] of dictEntries(a)) {
      const other = dictGet(b, key);
      if (other === missing || !identicalOrEqual(value, other)) return false;
    }
    return true;
  }
  return false;
}

/** Python's containers ask for identity before equality. @param {Value} a @param {Value} b @returns {boolean} */
function identicalOrEqual(a, b) {
  return a === b || equal(a, b);
}

/** @param {Value} a @param {Value} b @returns {boolean} */
export function notEqual(a, b) {
  return !equal(a, b);
}

/** -1, 0 or 1 by code points: UTF-16 order differs above U+FFFF. @param {string} a @param {string} b @returns {number} */
export function compareText(a, b) {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // A surrogate stands for a code point above every other unit.
    const leftIsAstral = left >= 0xd800 && left <= 0xdfff;
    const rightIsAstral = right >= 0xd800 && right <= 0xdfff;
    if (leftIsAstral !== rightIsAstral && (isPaired(a, i) || isPaired(b, i))) return leftIsAstral ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

/** @param {string} text @param {number} index @returns {boolean} */
function isPaired(text, index) {
  return /** @type {number} */ (text.codePointAt(index)) > 0xffff || /** @type {number} */ (text.codePointAt(index - 1)) > 0xffff;
}

/**
 * Python's `<`, and with `orEqual` its `<=`.
 * @param {Value} a @param {Value} b @param {boolean} orEqual @param {string} sign @returns {boolean}
 */
function ordered(a, b, orEqual, sign) {
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  if (isText(a) && isText(b)) {
    const order = compareText(characters(a), characters(b));
    return orEqual ? order <= 0 : order < 0;
  }
  if (isNumber(a) && isNumber(b)) return orEqual ? numberOf(a) <= numberOf(b) : numberOf(a) < numberOf(b);
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i += 1) if (!identicalOrEqual(a[i], b[i])) return ordered(a[i], b[i], orEqual, sign);
    return orEqual ? a.length <= b.length : a.length < b.length;
  }
  throw new TemplateFault('type', `'${sign}' is not supported between ${typeName(a)} and ${typeName(b)}`);
}

/** @param {Value} a @param {Value} b */
export const less = (a, b) => ordered(a, b, false, '<');
/** @param {Value} a @param {Value} b */
export const lessOrEqual = (a, b) => ordered(a, b, true, '<=');
/** @param {Value} a @param {Value} b */
export const greater = (a, b) => ordered(b, a, false, '>');
/** @param {Value} a @param {Value} b */
export const greaterOrEqual = (a, b) => ordered(b, a, true, '>=');

/** Python's `in`. @param {Value} item @param {Value} container @returns {boolean} */
export function isIn(item, container) {
  if (container instanceof Undefined) {
    container.soften();
    return false;
  }
  if (isText(container)) {
    if (item instanceof Undefined || !isText(item)) throw new TemplateFault('type', `'in <string>' needs text, not ${typeName(item)}`);
    return characters(container).includes(characters(item));
  }
  if (isDict(container)) return dictHas(container, item);
  if (container instanceof DictView && container.kind === 'dict_keys') return dictHas(container.dict, item);
  if (Array.isArray(container) || container instanceof Stream || container instanceof DictView || container instanceof Range) {
    for (const each of container) if (identicalOrEqual(item, each)) return true;
    return false;
  }
  throw new TemplateFault('type', `${typeName(container)} cannot be searched with in`);
}

/** A stable sort by Python's `<`. @param {Value[]} items @param {(item: Value) => Value} key @param {boolean} reverse @returns {Value[]} */
export function sorted(items, key, reverse) {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  // Reversed twice around a stable sort, so that equal items keep their order, as in Python.
  if (reverse) keyed.reverse();
  keyed.sort((a, b) => (less(a.key, b.key) ? -1 : Number(less(b.key, a.key))));
  if (reverse) keyed.reverse();
  return keyed.map(({ item }) => item);
}

/** A key for JavaScript's Set under which equal Python values meet. @param {Value} value @returns {Value} */
export function hashKey(value) {
  if (isText(value)) return `s${characters(value)}`;
  if (isNumber(value)) return numberOf(value);
  if (value instanceof Undefined) {
    value.soften();
    return 'u';
  }
  if (value instanceof Tuple) return `t${JSON.stringify(Array.from(value, hashKey))}`;
  if (Array.isArray(value) || isDict(value)) throw new TemplateFault('type', `unhashable type: '${typeName(value)}'`);
  return value;
}
