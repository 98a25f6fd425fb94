/**
 * Everything one start of one worker shares: the ports, the carry keys in memory, the second copy, and the place for
 * what the database would not take.
 *
 * Made once at start; `reconcile` is called on it before anything else. Holds no words in the clear.
 */
import { CarryKeys } from './carry.js';
import { Heads } from './heads.js';
import { withReserve } from './reserve.js';
import { SecondCopy } from './second_copy.js';
import { SentinelNotes } from './sentinel.js';

/** @typedef {import('./ports.js').Ports} Ports */
/**
 * @typedef {object} Overflow  entries that only the journal took (see save.js)
 * @property {string | null} incarnation
 * @property {Map<string, import('./mint.js').StreamHead>} heads
 * @property {import('./mint.js').Minted[]} minted
 * @property {Promise<unknown>} turn
 */
/** @typedef {Map<string, import('./stores.js').EntryRow>} KeptHere  every entry that this start found or made, by operation id */
/** @typedef {import('./keys.js').PersonKeys} PersonKeys */
/** @typedef {Ports & {carry: CarryKeys, secondCopy: SecondCopy, heads: Heads, sentinelNotes: SentinelNotes, overflow: Overflow, keptHere: KeptHere, keys?: PersonKeys}} Tablet  `keys`: of whoever is unlocked */

/** @param {Ports} given @returns {Tablet} */
export function makeTablet(given) {
  const ports = withReserve(given);
  return {
    ...ports,
    carry: new CarryKeys(ports),
    secondCopy: new SecondCopy(ports.journal),
    heads: new Heads(),
    sentinelNotes: new SentinelNotes(ports),
    keptHere: new Map(),
    overflow: { incarnation: null, heads: new Map(), minted: [], turn: Promise.resolve() },
  };
}
