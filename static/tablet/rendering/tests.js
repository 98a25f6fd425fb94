/**
 * The tests of `{% if x is … %}`, by name, with Jinja2's answers.
 */

import { mod } from './arithmetic.js';
import { equal, greater, greaterOrEqual, isIn, less, lessOrEqual, notEqual } from './comparing.js';
import { FILTERS, placed } from './filters.js';
import { isCallable } from './lookup.js';
import { hasHtml, str } from './printing.js';
import { isLower, isUpper } from './text.js';
import { Range, Stream, TemplateFault, Undefined, characters, isDict, isFloat, isNumber, isText } from './values.js';

/** @typedef {import('./values.js').Value} Value */

/** @param {Value} value @returns {boolean} */
function isIterable(value) {
  if (value instanceof Undefined) value.soften();
  if (value === null || typeof value !== 'object') return typeof value === 'string';
  return value instanceof Stream || value instanceof Undefined || value.isLoop || isText(value) || isDict(value) || (!isNumber(value) && typeof value[Symbol.iterator] === 'function');
}

/** @type {Record<string, {parameters?: string[], run: (value: Value, ...args: Value[]) => boolean}>} */
export const TESTS = {
  boolean: { run: (value) => typeof value === 'boolean' },
  callable: { run: isCallable },
  defined: { run: (value) => !(value instanceof Undefined) },
  divisibleby: { parameters: ['num'], run: (value, by) => equal(mod(value, by), 0) },
  escaped: { run: hasHtml },
  even: { run: (value) => equal(mod(value, 2), 0) },
  false: { run: (value) => value === false },
  filter: { run: (value) => isText(value) && Object.hasOwn(FILTERS, characters(value)) },
  float: { run: isFloat },
  in: { parameters: ['seq'], run: isIn },
  integer: { run: (value) => isNumber(value) && !isFloat(value) && typeof value !== 'boolean' },
  iterable: { run: isIterable },
  lower: { run: (value) => isLower(str(value)) },
  mapping: { run: isDict },
  none: { run: (value) => value === null },
  number: { run: isNumber },
  odd: { run: (value) => equal(mod(value, 2), 1) },
  sameas: { parameters: ['other'], run: (value, other) => value === other },
  sequence: { run: (value) => isText(value) || isDict(value) || Array.isArray(value) || value instanceof Range || (value instanceof Undefined && !value.strict) },
  string: { run: isText },
  test: { run: (value) => isText(value) && Object.hasOwn(TESTS, characters(value)) },
  true: { run: (value) => value === true },
  undefined: { run: (value) => value instanceof Undefined },
  upper: { run: (value) => isUpper(str(value)) },
};

for (const [names, run] of /** @type {[string, (a: Value, b: Value) => boolean][]} */ ([
  ['== eq equalto', equal],
  ['!= ne', notEqual],
  ['> gt greaterthan', greater],
  ['>= ge', greaterOrEqual],
  ['< lt lessthan', less],
  ['<= le', lessOrEqual],
])) {
  for (const name of names.split(' ')) TESTS[name] = { parameters: ['other'], run };
}

/** A test as compiled templates call it. @param {string} name @returns {(context: Value, value: Value, args?: Value[], keywords?: Record<string, Value>|null) => boolean} */
export function testFor(name) {
  const entry = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (entry === undefined) throw new TemplateFault('runtime', `no test named '${name}' found`);
  const { parameters = [], run } = entry;
  if (parameters.length === 0) return (_context, value, args, keywords) => run(value, ...placed(name, parameters, 0, args ?? [], keywords));
  return (_context, value, args, keywords) => run(value, ...placed(name, parameters, parameters.length, args ?? [], keywords));
}
