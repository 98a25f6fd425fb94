/**
 * What compiled templates call: the operations of the dialect, gathered under one name, once strict and once lenient.
 *
 * A strict runtime serves our own templates, a lenient one the GOV.UK components; they differ only in the undefined values that
 * they make. The compiler (`fieldwork/templating/`) writes calls to exactly these names.
 */

import { add, div, floordiv, mod, mul, neg, pos, pow, sub } from './arithmetic.js';
import { equal, greater, greaterOrEqual, isIn, less, lessOrEqual, notEqual, truth } from './comparing.js';
import { Context, SelfReference, TemplateModule, parentOf, requireBlock } from './context.js';
import { filterFor } from './filters.js';
import { attribute, call, item, iterate, slice, unpack } from './lookup.js';
import { Loop } from './loop.js';
import { Macro } from './macro.js';
import { escape, hasHtml, printEscaped, softStr, str } from './printing.js';
import { testFor } from './tests.js';
import {
  Markup, Namespace, Stream, TemplateFault, Undefined, characters, dictEntries, dictFrom, float, isDict, isText, missing, tuple,
} from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {import('./context.js').Names} Names */
/**
 * @typedef {object} LoadedTemplate
 * @property {string} name
 * @property {(context: Context) => string} root
 * @property {Record<string, (context: Context) => string>} blocks
 * @property {Value} runtime
 * @property {TemplateModule | null} alone the module without a context, made once
 */
/**
 * @typedef {object} Library where a runtime finds other templates
 * @property {(name: string) => LoadedTemplate} load a fault of kind "not found" for a name that is not there
 * @property {(name: string) => boolean} has
 * @property {() => Names} globals
 */

/** @param {boolean} strict @param {Library} library */
export function makeRuntime(strict, library) {
  /** @param {string} message */
  const undefinedValue = (message) => new Undefined(strict, message);

  /** @param {LoadedTemplate} template @param {Names} names @returns {[string, Context]} */
  const run = (template, names) => {
    const context = new Context(template.runtime, names, template.blocks);
    return [template.root(context), context];
  };

  /** @param {LoadedTemplate} template @returns {TemplateModule} */
  const moduleOf = (template) => {
    template.alone ??= new TemplateModule(...run(template, library.globals()));
    return template.alone;
  };

  const runtime = {
    strict,
    missing,
    // Values
    tuple,
    float,
    dict: dictFrom,
    /** @param {Value} value */
    markup: (value) => new Markup(str(value)),
    /** @param {Context} context @param {Value} value */
    markupIf: (context, value) => (context.settings.autoescape ? escapeless(value) : value),
    // Printing
    out: printEscaped,
    str,
    raw,
    joinText: (/** @type {Value[]} */ parts) => parts.map(str).join(''),
    joinMarkup,
    // Operators
    add,
    sub,
    mul,
    div,
    floordiv,
    mod,
    pow,
    neg,
    pos,
    truth,
    eq: equal,
    ne: notEqual,
    lt: less,
    le: lessOrEqual,
    gt: greater,
    ge: greaterOrEqual,
    isIn,
    /** @param {Value} value @param {Value} container */
    notIn: (value, container) => !isIn(value, container),
    /** @param {Value} left @param {() => Value} right */
    and: (left, right) => (truth(left) ? right() : left),
    /** @param {Value} left @param {() => Value} right */
    or: (left, right) => (truth(left) ? left : right()),
    chain,
    // Lookups
    /** @param {Value} owner @param {string} name */
    attr: (owner, name) => {
      // The common case, a key of a plain object, without the general search.
      if (owner !== null && typeof owner === 'object' && Object.getPrototypeOf(owner) === Object.prototype && !METHODS.has(name)) {
        if (Object.hasOwn(owner, name) && owner[name] !== undefined) return owner[name];
      }
      return attribute(strict, owner, name);
    },
    /** @param {Value} owner @param {Value} key */
    item: (owner, key) => item(strict, owner, key),
    slice,
    iterate,
    unpack,
    call,
    keywords,
    /** @param {string} name */
    undef: (name) => undefinedValue(`'${name}' is undefined`),
    /** @param {string} name */
    notProvided: (name) => undefinedValue(`parameter '${name}' was not provided`),
    /** Jinja2 uses its plain undefined here, whatever the environment's. */
    noElse: () => new Undefined(false, 'the inline if-expression evaluated to false and has no else'),
    // Statements
    /** @param {Value} source @param {any} recurse @param {number} depth */
    loop: (source, recurse, depth) => new Loop(strict, source, recurse, depth),
    /** @param {(source: Value) => Generator<Value>} produce */
    filtered: (produce) => (/** @type {Value} */ source) => new Stream(produce(source)),
    /**
     * @param {(...args: Value[]) => string} render @param {string|null} name @param {string[]} parameters
     * @param {boolean} takesKeywords @param {boolean} takesMore @param {boolean} takesCaller
     */
    macro: (render, name, parameters, takesKeywords, takesMore, takesCaller) => new Macro(strict, render, name, parameters, takesKeywords, takesMore, takesCaller),
    assignTo,
    /** @param {string} name */
    filter: (name) => filterFor(runtime, name),
    test: testFor,
    // Templates
    self: (/** @type {Context} */ context) => new SelfReference(context),
    required: requireBlock,
    /** @param {Context} context @param {string} name @param {any} current */
    super: (context, name, current) => {
      const stack = context.blocks.get(name) ?? [];
      return parentOf(name, context, stack, stack.indexOf(current) + 1);
    },
    /** @param {Context} context @param {string} name */
    extend: (context, name) => {
      const parent = library.load(name);
      for (const [block, render] of Object.entries(parent.blocks)) {
        const stack = context.blocks.get(block);
        if (stack) stack.push(render);
        else context.blocks.set(block, [render]);
      }
      return parent;
    },
    /** @param {Value} names one name or several @param {boolean} ignoreMissing @returns {LoadedTemplate|null} */
    choose: (names, ignoreMissing) => {
      const several = Array.isArray(names) ? names : [names];
      const name = several.find((each) => library.has(each));
      if (name !== undefined) return library.load(name);
      if (ignoreMissing) return null;
      throw new TemplateFault('not found', several.join(', '));
    },
    /** @param {Context} context @param {LoadedTemplate|null} template @param {Names} locals */
    include: (context, template, locals) => (template === null ? '' : run(template, context.all(locals))[0]),
    /** @param {LoadedTemplate|null} template */
    includeAlone: (template) => (template === null ? '' : moduleOf(template).body),
    /** @param {string} name */
    module: (name) => moduleOf(library.load(name)),
    /** @param {Context} context @param {string} name @param {Names} locals */
    moduleWith: (context, name, locals) => new TemplateModule(...run(library.load(name), context.all(locals))),
    /** @param {TemplateModule} module @param {string} name */
    imported: (module, name) => {
      const value = module.attribute(name);
      return value === missing ? undefinedValue(`the imported template does not export '${name}'`) : value;
    },
  };
  return runtime;
}

const METHODS = new Set(['clear', 'copy', 'fromkeys', 'get', 'items', 'keys', 'pop', 'popitem', 'setdefault', 'update', 'values']);

/** Markup from text that is HTML already, or from any value as `Markup()` makes it. @param {Value} value @returns {Markup} */
function escapeless(value) {
  return hasHtml(value) ? escape(value) : new Markup(str(value));
}

/** What a call block or filter block writes: it must be text. @param {Value} value @returns {string} */
function raw(value) {
  if (isText(value)) return characters(value);
  throw new TemplateFault('type', 'a call block or filter block must give text');
}

/** The `~` operator where autoescape is on. @param {Value[]} parts @returns {Value} */
function joinMarkup(parts) {
  const printed = parts.map(softStr);
  const first = printed.findIndex((part) => part instanceof Markup);
  if (first < 0) return printed.join('');
  return new Markup(printed.map((part) => escape(part).text).join(''));
}

/** `a < b < c`: each operand evaluated once, and none after the first failure. @param {Value} first @param {[(a: Value, b: Value) => boolean, () => Value][]} links */
function chain(first, links) {
  let left = first;
  for (const [compare, operand] of links) {
    const right = operand();
    if (!compare(left, right)) return false;
    left = right;
  }
  return true;
}

/** @param {Record<string, Value>|null} written @param {Value} spread @returns {Record<string, Value>} */
function keywords(written, spread) {
  if (spread instanceof Undefined) spread.soften();
  if (!isDict(spread)) throw new TemplateFault('type', 'what follows ** must be a mapping');
  const all = { ...written };
  for (const [key, value] of dictEntries(spread)) {
    if (typeof key !== 'string' || key === '__proto__') throw new TemplateFault('type', 'keywords must be text');
    if (Object.hasOwn(all, key)) throw new TemplateFault('type', `got several values for keyword argument '${key}'`);
    all[key] = value;
  }
  return all;
}

/** `{% set ns.name = value %}`. @param {Value} target @param {string} name @param {Value} value */
function assignTo(target, name, value) {
  if (!(target instanceof Namespace)) throw new TemplateFault('runtime', 'cannot assign attribute on non-namespace object');
  target.attributes.set(name, value);
}

