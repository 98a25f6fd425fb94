/**
 * Every filter by name, and how its arguments are put in their places.
 *
 * @typedef {import('./values.js').Value} Value
 * @typedef {object} FilterEntry
 * @property {string[]} parameters the names of the arguments after the value, as Python has them
 * @property {number} [required] how many of them must be given
 * @property {boolean} [open] the filter takes any arguments; it is given them as an array and an object
 * @property {(context: Value, runtime: Value, value: Value, ...args: Value[]) => Value} run
 */

import { HOUSE_FILTERS } from './house_filters.js';
import { LIST_FILTERS } from './filters_lists.js';
import { NUMBER_FILTERS } from './filters_numbers.js';
import { WORD_FILTERS } from './filters_words.js';
import { TemplateFault } from './values.js';

/** @type {Record<string, FilterEntry>} */
export const FILTERS = { ...WORD_FILTERS, ...LIST_FILTERS, ...NUMBER_FILTERS, ...HOUSE_FILTERS };

/**
 * Arguments by position, named ones put where they belong.
 * @param {string} name @param {string[]} parameters @param {number} required @param {Value[]} args @param {Record<string, Value>|null|undefined} keywords
 * @returns {Value[]}
 */
export function placed(name, parameters, required, args, keywords) {
  const given = [...args];
  if (given.length > parameters.length) throw new TemplateFault('type', `${name} takes at most ${parameters.length} arguments`);
  for (const [key, value] of Object.entries(keywords ?? {})) {
    const at = parameters.indexOf(key);
    if (at < 0 || given[at] !== undefined) throw new TemplateFault('type', `${name} got an unexpected argument '${key}'`);
    given[at] = value;
  }
  for (let i = 0; i < required; i += 1) if (given[i] === undefined) throw new TemplateFault('type', `${name} needs the argument '${parameters[i]}'`);
  return given;
}

/** A filter as compiled templates call it. @param {Value} runtime @param {string} name @returns {(context: Value, value: Value, args?: Value[], keywords?: Record<string, Value>|null) => Value} */
export function filterFor(runtime, name) {
  const entry = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (entry === undefined) throw new TemplateFault('runtime', `no filter named '${name}' found`);
  const { parameters, required = 0, open = false, run } = entry;
  if (open) return (context, value, args, keywords) => run(context, runtime, value, args ?? [], keywords ?? {});
  return (context, value, args, keywords) => {
    if (args === undefined && required === 0) return run(context, runtime, value);
    return run(context, runtime, value, ...placed(name, parameters, required, args ?? [], keywords));
  };
}
