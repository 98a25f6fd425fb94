/**
 * A macro as a template calls it: positional and named arguments, defaults, varargs, kwargs and the block of a `call`.
 */

import { Markup, TemplateFault, Undefined, missing, tuple } from './values.js';

/** @typedef {import('./values.js').Value} Value */

export class Macro {
  /**
   * @param {boolean} strict whether the template that defines it is strict
   * @param {(...args: Value[]) => string} render
   * @param {string|null} name null for the block of a `call`
   * @param {string[]} parameters
   * @param {boolean} takesKeywords @param {boolean} takesMore @param {boolean} takesCaller
   */
  constructor(strict, render, name, parameters, takesKeywords, takesMore, takesCaller) {
    this.strict = strict;
    this.render = render;
    this.name = name;
    this.parameters = parameters;
    this.takesKeywords = takesKeywords;
    this.takesMore = takesMore;
    this.takesCaller = takesCaller;
    this.printed = name === null ? '<Macro anonymous>' : `<Macro '${name}'>`;
  }

  /** @param {Value} context @param {Value[]} args @param {Record<string, Value>} keywords @returns {Value} */
  run(context, args, keywords) {
    const rest = { ...keywords };
    const count = this.parameters.length;
    const given = args.slice(0, count);
    let callerFound = given.length === count && this.parameters.includes('caller');
    for (const name of this.parameters.slice(given.length)) {
      if (name === 'caller') callerFound = true;
      given.push(Object.hasOwn(rest, name) ? rest[name] : missing);
      delete rest[name];
    }
    if (this.takesCaller && !callerFound) {
      given.push(rest.caller ?? new Undefined(this.strict, 'no caller defined'));
      delete rest.caller;
    }
    const [unknown] = Object.keys(rest);
    if (this.takesKeywords) given.push(rest);
    else if (unknown !== undefined) throw new TemplateFault('type', `macro ${this.name} takes no keyword argument '${unknown}'`);
    if (this.takesMore) given.push(tuple(args.slice(count)));
    else if (args.length > count) throw new TemplateFault('type', `macro ${this.name} takes not more than ${count} arguments`);
    const text = this.render(...given);
    return context.settings.autoescape ? new Markup(text) : text;
  }

  /** @param {string} name @returns {Value} */
  attribute(name) {
    if (name === 'name') return this.name;
    if (name === 'arguments') return tuple(this.parameters);
    if (name === 'caller') return this.takesCaller;
    if (name === 'catch_kwargs') return this.takesKeywords;
    return name === 'catch_varargs' ? this.takesMore : missing;
  }
}
