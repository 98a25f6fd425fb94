/**
 * `+ - * / // % **` and the signs, as Python has them for numbers, text, markup, lists and tuples.
 *
 * Division always gives a float, the remainder takes the sign of the divisor, and adding markup to text escapes the text.
 * Whole numbers beyond 2**53 stop the rendering instead of being rounded without a word.
 */

import { compileFormat } from './percent.js';
import { escape } from './printing.js';
import {
  Markup, TemplateFault, Tuple, Undefined, characters, exact, float, isFloat, isNumber, isText, numberOf, tuple, typeName,
} from './values.js';

/** @typedef {import('./values.js').Value} Value */

/** @param {string} sign @param {Value} a @param {Value} b @returns {never} */
function refuse(sign, a, b) {
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  throw new TemplateFault('type', `unsupported operand types for ${sign}: ${typeName(a)} and ${typeName(b)}`);
}

/** @param {string} sign @param {Value} a @param {Value} b @param {(a: number, b: number) => number} work @returns {Value} */
function numeric(sign, a, b, work) {
  if (!isNumber(a) || !isNumber(b)) refuse(sign, a, b);
  const result = work(numberOf(a), numberOf(b));
  return isFloat(a) || isFloat(b) ? float(result) : exact(result);
}

/** @param {Value} a @param {Value} b @returns {Value} */
export function add(a, b) {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (isText(a) && isText(b)) return new Markup(escape(a).text + escape(b).text);
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    const joined = [...a, ...b];
    return a instanceof Tuple ? tuple(joined) : joined;
  }
  return numeric('+', a, b, (x, y) => x + y);
}

/** @param {Value} a @param {Value} b @returns {Value} */
export function sub(a, b) {
  return numeric('-', a, b, (x, y) => x - y);
}

/** @param {Value} a @param {Value} b @returns {Value} */
export function mul(a, b) {
  const [repeated, times] = isText(a) || Array.isArray(a) ? [a, b] : [b, a];
  if ((isText(repeated) || Array.isArray(repeated)) && isNumber(times) && !isFloat(times)) {
    const count = Math.max(0, numberOf(times));
    if (typeof repeated === 'string') return repeated.repeat(count);
    if (repeated instanceof Markup) return new Markup(repeated.text.repeat(count));
    /** @type {Value[]} */
    const items = [];
    for (let i = 0; i < count; i += 1) items.push(...repeated);
    return repeated instanceof Tuple ? tuple(items) : items;
  }
  return numeric('*', a, b, (x, y) => x * y);
}

/** @param {Value} a @param {Value} b @returns {Value} */
export function div(a, b) {
  if (!isNumber(a) || !isNumber(b)) refuse('/', a, b);
  return float(numberOf(a) / divisor(b));
}

/** @param {Value} b @returns {number} */
function divisor(b) {
  const value = numberOf(b);
  if (value === 0) throw new TemplateFault('division', 'division by zero');
  return value;
}

/** @param {Value} a @param {Value} b @returns {Value} */
export function floordiv(a, b) {
  if (!isNumber(a) || !isNumber(b)) refuse('//', a, b);
  const y = divisor(b);
  const x = numberOf(a);
  // Through the remainder, because x / y may round up to the next whole number.
  return numeric('//', a, b, () => Math.round((x - remainder(x, y)) / y));
}

/** @param {number} x @param {number} y @returns {number} */
function remainder(x, y) {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

/** @param {Value} a @param {Value} b @returns {Value} */
export function mod(a, b) {
  if (typeof a === 'string') return compileFormat(a, b, null);
  if (a instanceof Markup) return new Markup(compileFormat(a.text, b, (part) => escape(part).text));
  if (!isNumber(a) || !isNumber(b)) refuse('%', a, b);
  return numeric('%', a, b, (x) => remainder(x, divisor(b)));
}

/** @param {Value} a @param {Value} b @returns {Value} */
export function pow(a, b) {
  if (!isNumber(a) || !isNumber(b)) refuse('**', a, b);
  const x = numberOf(a);
  const y = numberOf(b);
  if (x === 0 && y < 0) throw new TemplateFault('division', '0.0 cannot be raised to a negative power');
  if (!isFloat(a) && !isFloat(b) && y < 0) return float(x ** y);
  return numeric('**', a, b, () => x ** y);
}

/** @param {Value} a @returns {Value} */
export function neg(a) {
  if (!isNumber(a)) refuse('-', a, a);
  return isFloat(a) ? float(-numberOf(a)) : exact(-numberOf(a));
}

/** @param {Value} a @returns {Value} */
export function pos(a) {
  if (!isNumber(a)) refuse('+', a, a);
  return isFloat(a) ? a : numberOf(a);
}

/** The `~` operator without autoescape: everything printed and joined. @param {Value[]} parts @returns {string} */
export function joined(parts) {
  return parts.map(characters).join('');
}
