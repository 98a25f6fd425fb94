/**
 * Proves that the headers of one stream are whole: none changed, none missing, none exchanged.
 *
 * Holds with redactions, because only headers are chained. It says what is wrong first and repairs nothing. Source:
 * PROTOCOL.md 1.1, 1.3 and I7.
 */
import { sha256 } from './bytes.js';
import { readHeader, streamOf, Unreadable } from './header.js';

/** @typedef {{place: number, code: string}} ChainProblem  `place` from 1; a header's code, `chain_other_stream`, `chain_gap` or `chain_broken` */

/**
 * The first problem of a stream's headers, given in their order from sequence 1; null when the chain holds. A tail that
 * was cut off cannot be seen from the headers alone: compare the last with a mark kept elsewhere.
 * @param {Iterable<import('./ports.js').Bytes>} headers @returns {Promise<ChainProblem | null>}
 */
export async function verifyChain(headers) {
  /** @type {string | null} */
  let stream = null;
  /** @type {string | null} */
  let previous = null;
  let place = 0;
  for (const raw of headers) {
    place += 1;
    const header = readable(raw);
    if (typeof header === 'string') return { place, code: header };
    if (stream !== null && streamOf(header) !== stream) return { place, code: 'chain_other_stream' };
    if (header.sequence !== place) return { place, code: 'chain_gap' };
    if (header.previous !== previous) return { place, code: 'chain_broken' };
    stream = streamOf(header);
    previous = await sha256(raw);
  }
  return null;
}

/** The header, or the code of what is wrong with it. @param {import('./ports.js').Bytes} raw */
function readable(raw) {
  try {
    return readHeader(raw);
  } catch (problem) {
    if (problem instanceof Unreadable) return problem.code;
    throw problem;
  }
}
