/**
 * Fetches the office's public keys, so that words can be sealed for it while there is no signal.
 *
 * Asked at enrolment and whenever there is a connection. A key that is known stays until central names another: without
 * one a tablet could not write at all. The same answer again writes nothing, so a full tablet goes on. Source: PROTOCOL.md 4.4.
 */
import { fromBase64 } from './bytes.js';
import { knownEpoch, noteEpoch } from './epoch.js';
import { LANES } from './header.js';
import { readAnswer } from './line.js';
import { NetworkProblem, StorageProblem } from './ports.js';
import { keysFrame } from './kept_keys.js';
import { publicKey } from './seal.js';

/**
 * @param {import('./tablet.js').Tablet} tablet
 * @returns {Promise<{problem: string | null, lanes: string[], epochChanged: boolean}>} `storage_failed` where this tablet took nothing in
 */
export async function keysStep(tablet) {
  try {
    return await ask(tablet);
  } catch (problem) {
    if (!(problem instanceof StorageProblem)) throw problem;
    return { problem: 'storage_failed', lanes: [], epochChanged: false };
  }
}

/** @param {import('./tablet.js').Tablet} tablet */
async function ask(tablet) {
  const { storage, network, secondCopy } = tablet;
  const whenAsked = await knownEpoch(storage);
  let answer;
  try {
    answer = await network.send({ method: 'GET', path: '/sync/keys', headers: {}, body: null });
  } catch (problem) {
    if (!(problem instanceof NetworkProblem)) throw problem;
    return { problem: 'no_answer', lanes: [], epochChanged: false };
  }
  const value = readAnswer(answer, 'fieldwork-keys/1');
  if (value === null || !Array.isArray(value.ingest) || !await areKeys(value.ingest)) {
    return { problem: answer.status === 200 ? 'not_from_central' : `status_${answer.status}`, lanes: [], epochChanged: false };
  }
  const epoch = await noteEpoch(storage, value.epoch, whenAsked);
  if (epoch === 'stale') return { problem: 'stale_answer', lanes: [], epochChanged: false };
  const marks = value.ingest.map((/** @type {any} */ one) => ({ key: `ingest:${one.lane}`, value: { id: one.id, public: one.public } }));
  if (!await isKnown(storage, marks)) {
    await storage.commit(marks.map((/** @type {any} */ { key, value: put }) => ({ store: 'marks', key, put })));
    await secondCopy.write([keysFrame(marks)]);
  }
  return { problem: null, lanes: value.ingest.map((/** @type {any} */ one) => one.lane), epochChanged: epoch === 'changed' };
}

/** Each of these lies here as it was told. @param {import('./ports.js').Storage} storage @param {{key: string, value: {id: string, public: string}}[]} marks */
async function isKnown(storage, marks) {
  for (const { key, value } of marks) {
    const here = await storage.read('marks', key);
    if (here?.id !== value.id || here.public !== value.public) return false;
  }
  return true;
}

/** A key that cannot be used must not replace one that can. @param {any[]} keys */
async function areKeys(keys) {
  for (const one of keys) {
    if (typeof one?.id !== 'string' || typeof one.public !== 'string' || !LANES.includes(one.lane)) return false;
    try {
      await publicKey(fromBase64(one.public));
    } catch (problem) {
      if (problem instanceof RangeError || problem instanceof DOMException) return false;
      throw problem;
    }
  }
  return true;
}
