/**
 * Renders the tablet's pages and fragments: the same bytes as the office renders from the same templates.
 *
 * `createRenderer(templates)` takes the default export of the built `static/vendor/templates.js`. It uses no `eval`, touches no
 * DOM and keeps nothing between renderings but imported macros, so it runs in the worker, in Node and on a page alike.
 */

import { Context } from './context.js';
import { GLOBALS } from './global_functions.js';
import { makeRuntime } from './runtime.js';
import { TemplateFault } from './values.js';

export { TemplateFault } from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {import('./runtime.js').LoadedTemplate} LoadedTemplate */
/** @typedef {import('./templates_module.js').TemplatesModule} TemplatesModule */
/** @typedef {import('./templates_module.js').CompiledTemplate} CompiledTemplate */

/** @param {TemplatesModule} templates @returns {{names: string[], has: (name: string) => boolean, render: (name: string, context?: Record<string, Value>) => string}} */
export function createRenderer(templates) {
  const compiled = templates({ template: (name, strict, make) => ({ name, strict, make }) });
  /** @type {Map<string, LoadedTemplate>} */
  const loaded = new Map();

  /** @param {string} name */
  const has = (name) => Object.hasOwn(compiled, name);

  /** @param {string} name @returns {LoadedTemplate} */
  const load = (name) => {
    const before = loaded.get(name);
    if (before) return before;
    if (!has(name)) throw new TemplateFault('not found', `there is no template named '${name}' on this tablet`);
    const runtime = compiled[name].strict ? strictRuntime : lenientRuntime;
    const template = { name, runtime, alone: null, ...compiled[name].make(runtime) };
    loaded.set(name, template);
    return template;
  };

  const library = { load, has, globals: () => Object.assign(Object.create(null), GLOBALS) };
  const strictRuntime = makeRuntime(true, library);
  const lenientRuntime = makeRuntime(false, library);

  return {
    names: Object.keys(compiled),
    has,
    /** Renders one template. `context` is plain JSON. Throws a TemplateFault that names the template. */
    render: (name, context = {}) => {
      const template = load(name);
      try {
        return template.root(new Context(template.runtime, Object.assign(library.globals(), context), template.blocks));
      } catch (fault) {
        if (fault instanceof TemplateFault) fault.message = `${name}: ${fault.message}`;
        throw fault;
      }
    },
  };
}
