/**
 * `loop` inside a `for`: where it stands, what came before and comes next, and, where the loop is recursive, itself.
 */

import { iterate } from './lookup.js';
import { notEqual } from './comparing.js';
import { Builtin, TemplateFault, Undefined, missing, tuple } from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {(items: Value, recurse: any, depth: number) => Value} Recurse */

export class Loop {
  /** @param {boolean} strict @param {Value} source @param {Recurse|null} recurse @param {number} depth */
  constructor(strict, source, recurse, depth) {
    this.strict = strict;
    this.items = Array.isArray(source) ? source : [...iterate(source)];
    this.recurse = recurse;
    this.depth0 = depth;
    this.index0 = -1;
    this.isLoop = true;
    /** @type {Value} */
    this.lastChanged = missing;
  }

  get length() {
    return this.items.length;
  }

  get printed() {
    return `<LoopContext ${this.index0 + 1}/${this.length}>`;
  }

  *[Symbol.iterator]() {
    for (const item of this.items) {
      this.index0 += 1;
      yield item;
    }
  }

  /** @param {Value} _context @param {Value[]} args @returns {Value} */
  run(_context, args) {
    if (this.recurse === null) throw new TemplateFault('type', "the loop must have the 'recursive' marker to be called");
    if (args.length !== 1) throw new TemplateFault('type', 'a recursive loop is called with what it is to go through');
    return this.recurse(args[0], this.recurse, this.depth0 + 1);
  }

  /** @param {string} name @returns {Value} */
  attribute(name) {
    const read = ATTRIBUTES[name];
    return read === undefined ? missing : read(this);
  }

  /** @param {number} index @param {string} which @returns {Value} */
  neighbour(index, which) {
    const exists = index >= 0 && index < this.length;
    return exists ? this.items[index] : new Undefined(this.strict, `there is no ${which} item`);
  }

  /** @param {Value[]} values @returns {boolean} */
  changed(values) {
    const now = tuple(values);
    if (this.lastChanged !== missing && !notEqual(this.lastChanged, now)) return false;
    this.lastChanged = now;
    return true;
  }
}

/** @type {Record<string, (loop: Loop) => Value>} */
const ATTRIBUTES = Object.assign(Object.create(null), {
  index: (/** @type {Loop} */ loop) => loop.index0 + 1,
  index0: (/** @type {Loop} */ loop) => loop.index0,
  revindex: (/** @type {Loop} */ loop) => loop.length - loop.index0,
  revindex0: (/** @type {Loop} */ loop) => loop.length - loop.index0 - 1,
  first: (/** @type {Loop} */ loop) => loop.index0 === 0,
  last: (/** @type {Loop} */ loop) => loop.index0 === loop.length - 1,
  length: (/** @type {Loop} */ loop) => loop.length,
  depth: (/** @type {Loop} */ loop) => loop.depth0 + 1,
  depth0: (/** @type {Loop} */ loop) => loop.depth0,
  previtem: (/** @type {Loop} */ loop) => loop.neighbour(loop.index0 - 1, 'previous'),
  nextitem: (/** @type {Loop} */ loop) => loop.neighbour(loop.index0 + 1, 'next'),
  cycle: (/** @type {Loop} */ loop) =>
    new Builtin('cycle', (_context, args) => {
      if (args.length === 0) throw new TemplateFault('type', 'no items for cycling given');
      return args[loop.index0 % args.length];
    }),
  changed: (/** @type {Loop} */ loop) => new Builtin('changed', (_context, args) => loop.changed(args)),
});
