/**
 * The `Sentinel` port over the Cache API: a third place, outside database and journal, that remembers how far each stream had come.
 *
 * It holds numbers and random ids, no words. When the database comes up empty, this is how the tablet knows that it was not.
 */

import { StorageProblem } from '../../../sync/tablet/ports.js';

/** @typedef {import('../../../sync/tablet/ports.js').Sentinel} Sentinel */

const CACHE = 'fieldwork-sentinel';
const ADDRESS = '/sentinel';

/** @returns {Sentinel} */
export const openSentinel = () => ({
  read: async () => {
    try {
      const answer = await (await caches.open(CACHE)).match(ADDRESS);
      return answer === undefined ? null : await answer.json();
    } catch (problem) {
      if (isOfThePlace(problem)) return null;
      throw problem;
    }
  },
  write: async (facts) => {
    try {
      await (await caches.open(CACHE)).put(ADDRESS, new Response(JSON.stringify(facts)));
    } catch (problem) {
      if (isOfThePlace(problem)) throw new StorageProblem('failed', String(problem));
      throw problem;
    }
  },
});

/** What is not JSON, a browser that gives no cache here, or a full one. @param {unknown} problem */
const isOfThePlace = (problem) => problem instanceof SyntaxError || problem instanceof DOMException || problem instanceof TypeError;
