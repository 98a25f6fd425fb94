/**
 * The `Sentinel` port over the Cache API: a third place, outside database and journal, that remembers how far each stream had come.
 *
 * It holds numbers and random ids, no words. When the database comes up empty, this is how the tablet knows that it was not.
 */

/** @typedef {import('../../../sync/tablet/ports.js').Sentinel} Sentinel */

const CACHE = 'fieldwork-sentinel';
const ADDRESS = '/sentinel';

/** @returns {Sentinel} */
export const openSentinel = () => ({
  read: async () => {
    const answer = await (await caches.open(CACHE)).match(ADDRESS);
    if (answer === undefined) return null;
    try {
      return await answer.json();
    } catch (problem) {
      if (problem instanceof SyntaxError) return null;
      throw problem;
    }
  },
  write: async (facts) => {
    await (await caches.open(CACHE)).put(ADDRESS, new Response(JSON.stringify(facts)));
  },
});
