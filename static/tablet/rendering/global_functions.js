/**
 * The functions that every template can call: `range`, `dict`, `namespace`, `cycler` and `joiner`.
 */

import { iterate } from './lookup.js';
import { Builtin, Namespace, Range, TemplateFault, dictEntries, dictFrom, isDict, missing, wholeNumber } from './values.js';

/** @typedef {import('./values.js').Value} Value */

/** @param {Value[]} args @param {Record<string, Value>} keywords @returns {Value} */
function makeDict(args, keywords) {
  if (args.length > 1) throw new TemplateFault('type', 'dict takes at most one argument');
  if (args.length === 0) return { ...keywords };
  const [source] = args;
  const dict = dictFrom(isDict(source) ? dictEntries(source) : [...iterate(source)].map((pair) => /** @type {[Value, Value]} */ ([...iterate(pair)])));
  for (const [key, value] of Object.entries(keywords)) dict.set(key, value);
  return dict;
}

/** @param {Value[]} args @returns {Range} */
function makeRange(args) {
  if (args.length < 1 || args.length > 3) throw new TemplateFault('type', `range takes one to three arguments, not ${args.length}`);
  const [first, second, step = 1] = args.map(wholeNumber);
  if (step === 0) throw new TemplateFault('value', 'range() arg 3 must not be zero');
  return second === undefined ? new Range(0, first, 1) : new Range(first, second, step);
}

/** Goes round its items: `cycler('odd', 'even').next()`. */
class Cycler {
  /** @param {Value[]} items */
  constructor(items) {
    this.items = items;
    this.position = 0;
  }

  /** @param {string} name @returns {Value} */
  attribute(name) {
    const current = this.items[this.position];
    if (name === 'current') return current;
    if (name === 'pos') return this.position;
    if (name === 'next') return new Builtin('next', () => this.advance());
    if (name === 'reset') return new Builtin('reset', () => this.restart());
    return missing;
  }

  /** @returns {Value} */
  advance() {
    const current = this.items[this.position];
    this.position = (this.position + 1) % this.items.length;
    return current;
  }

  /** @returns {null} */
  restart() {
    this.position = 0;
    return null;
  }
}

/** @type {Record<string, Builtin>} */
export const GLOBALS = {
  range: new Builtin('range', (_context, args) => makeRange(args)),
  dict: new Builtin('dict', (_context, args, keywords) => makeDict(args, keywords)),
  namespace: new Builtin('namespace', (_context, args, keywords) => {
    const namespace = new Namespace();
    for (const [name, value] of dictEntries(makeDict(args, keywords))) namespace.attributes.set(name, value);
    return namespace;
  }),
  cycler: new Builtin('cycler', (_context, args) => {
    if (args.length === 0) throw new TemplateFault('runtime', 'at least one item has to be provided');
    return new Cycler(args);
  }),
  joiner: new Builtin('joiner', (_context, args, keywords) => {
    const separator = args[0] ?? keywords.sep ?? ', ';
    let used = false;
    return new Builtin('joiner', () => {
      const text = used ? separator : '';
      used = true;
      return text;
    });
  }),
};
