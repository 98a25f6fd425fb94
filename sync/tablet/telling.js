/**
 * Tells the office something that it answers in one object: a report, a contact.
 *
 * The answer names the office's epoch, so a restore is noticed here as it is by any other answer. Nothing is repeated here and nothing is
 * kept but the epoch: whoever tells knows when to tell again. Source: PROTOCOL.md 4.8 and 4.9.
 */
import { knownEpoch, noteEpoch } from './epoch.js';
import { readAnswer } from './line.js';
import { NetworkProblem } from './ports.js';

/** @typedef {{problem: string | null, retryAfter: string | null, epochChanged: boolean}} Told  `problem` is null when the office has heard it */

/**
 * @param {Pick<import('./tablet.js').Tablet, 'storage' | 'network'>} tablet @param {string} path @param {import('./ports.js').Bytes} body
 * @param {{format: string, isAbout?: (answer: any) => boolean}} answered what the answer must be
 * @returns {Promise<Told>} Throws what the storage throws.
 */
export async function tellOffice({ storage, network }, path, body, { format, isAbout = () => true }) {
  const whenAsked = await knownEpoch(storage);
  let answer;
  try {
    answer = await network.send({ method: 'POST', path, headers: { 'Content-Type': 'application/json' }, body });
  } catch (problem) {
    if (!(problem instanceof NetworkProblem)) throw problem;
    return { problem: 'no_answer', retryAfter: null, epochChanged: false };
  }
  const value = readAnswer(answer, format);
  if (value === null || !isAbout(value)) {
    return { problem: answer.status === 200 ? 'not_from_central' : `status_${answer.status}`, retryAfter: answer.retryAfter, epochChanged: false };
  }
  const epoch = await noteEpoch(storage, value.epoch, whenAsked);
  return { problem: epoch === 'stale' ? 'stale_answer' : null, retryAfter: null, epochChanged: epoch === 'changed' };
}
