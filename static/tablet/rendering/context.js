/**
 * What a template knows while it is rendered: its variables, what it exports, and the blocks of its line of inheritance.
 *
 * Mirrors Jinja2's `Context`: names set by the template hide the names given to it, blocks of a child come before those of its
 * parents, and the autoescape setting travels with the context.
 */

import { Markup, TemplateFault, Undefined, missing } from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {(context: Context) => string} Render */
/** @typedef {Record<string, Value>} Names */

export class Context {
  /**
   * @param {Value} runtime the strict or lenient runtime of the template that began this rendering
   * @param {Names} parent the names given, without a prototype
   * @param {Record<string, Render>} blocks the blocks of the first template
   */
  constructor(runtime, parent, blocks) {
    this.runtime = runtime;
    this.parent = parent;
    /** @type {Names} */
    this.vars = Object.create(null);
    /** @type {Set<string>} */
    this.exported = new Set();
    /** @type {Map<string, Render[]>} */
    this.blocks = new Map(Object.entries(blocks).map(([name, render]) => [name, [render]]));
    this.settings = { autoescape: true };
  }

  /** @param {string} name @returns {Value} */
  resolve(name) {
    if (name in this.vars) return this.vars[name];
    const given = this.parent[name];
    return given === undefined ? missing : given;
  }

  /** @param {string} name @param {Value} value @param {boolean} isExported */
  set(name, value, isExported) {
    this.vars[name] = value;
    if (isExported) this.exported.add(name);
    else this.exported.delete(name);
  }

  /** Every name that can be seen, for an include or an import with context. @param {Names} locals @returns {Names} */
  all(locals) {
    const names = Object.assign(Object.create(null), this.parent, this.vars);
    for (const [name, value] of Object.entries(locals)) if (value !== missing) names[name] = value;
    return names;
  }

  /** The same rendering with more names, for a scoped block. @param {Names} locals @returns {Context} */
  derived(locals) {
    const derived = new Context(this.runtime, this.all(locals), {});
    derived.settings = this.settings;
    for (const [name, stack] of this.blocks) derived.blocks.set(name, [...stack]);
    return derived;
  }

  /** Renders the youngest version of a block. @param {string} name @param {Context} context @returns {string} */
  block(name, context) {
    return /** @type {Render[]} */ (this.blocks.get(name))[0](context);
  }
}

/** A block as a value: `super()`, `super.super()`, `self.title()`. */
export class BlockReference {
  /** @param {string} name @param {Context} context @param {Render[]} stack @param {number} depth */
  constructor(name, context, stack, depth) {
    this.name = name;
    this.context = context;
    this.stack = stack;
    this.depth = depth;
  }

  /** @returns {Value} */
  run() {
    const text = this.stack[this.depth](this.context);
    return this.context.settings.autoescape ? new Markup(text) : text;
  }

  /** @param {string} name @returns {Value} */
  attribute(name) {
    return name === 'super' ? parentOf(this.name, this.context, this.stack, this.depth + 1) : missing;
  }
}

/** @param {string} name @param {Context} context @param {Render[]} stack @param {number} depth @returns {Value} */
export function parentOf(name, context, stack, depth) {
  if (depth <= 0 || depth >= stack.length) return new Undefined(context.runtime.strict, `there is no parent block called '${name}'`);
  return new BlockReference(name, context, stack, depth);
}

/** `self` of a template: its blocks by name. */
export class SelfReference {
  /** @param {Context} context */
  constructor(context) {
    this.context = context;
  }

  /** @param {string} name @returns {Value} */
  attribute(name) {
    const stack = this.context.blocks.get(name);
    return stack ? new BlockReference(name, this.context, stack, 0) : missing;
  }
}

/** An imported template: the names it exports, and its own text when printed. */
export class TemplateModule {
  /** @param {string} body @param {Context} context */
  constructor(body, context) {
    this.body = body;
    /** @type {Map<string, Value>} */
    this.names = new Map([...context.exported].map((name) => [name, context.vars[name]]));
  }

  /** @param {string} name @returns {Value} */
  attribute(name) {
    return this.names.has(name) ? this.names.get(name) : missing;
  }

  /** @returns {Markup} */
  toMarkup() {
    return new Markup(this.body);
  }
}

/** @param {Context} context @param {string} name */
export function requireBlock(context, name) {
  if ((context.blocks.get(name) ?? []).length <= 1) throw new TemplateFault('runtime', `required block '${name}' not found`);
}
