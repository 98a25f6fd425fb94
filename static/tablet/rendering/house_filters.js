/**
 * The house's own filters, twins of `fieldwork/templating/filters.py`. Shared cases hold the two together.
 */

import { grouped } from './numbers.js';
import { printEscaped, str } from './printing.js';
import { equal } from './comparing.js';
import { Markup, TemplateFault, isFloat, isNumber, typeName } from './values.js';

/** @typedef {import('./values.js').Value} Value */
/** @typedef {import('./filters.js').FilterEntry} FilterEntry */

/** A whole number with its thousands separated by commas: 26,431. @param {Value} number @returns {string} */
function thousands(number) {
  if (!isNumber(number) || isFloat(number) || typeof number === 'boolean') throw new TemplateFault('type', `thousands takes a whole number, not ${typeName(number)}`);
  return grouped(str(number), ',');
}

/** @type {Record<string, FilterEntry>} */
export const HOUSE_FILTERS = {
  nl2br: { parameters: [], run: (_c, _r, value) => new Markup(printEscaped(value).replace(/\r\n|[\r\n]/g, '<br>')) },
  plural: {
    parameters: ['one', 'many'],
    required: 2,
    run: (_c, _r, count, one, many) => `${thousands(count)} ${str(equal(count, 1) ? one : many)}`,
  },
  thousands: { parameters: [], run: (_c, _r, value) => thousands(value) },
};
