/**
 * Bugs planted on purpose, at the ports, so that the simulator can show that it would find them (SYN-03).
 *
 * Each takes the ports of one life and gives back ports that are wrong in one way. The code that ships is not touched.
 */
import { createHash } from 'node:crypto';

import { fromUtf8, toUtf8 } from '../tablet/bytes.js';

/** @typedef {import('../tablet/ports.js').Ports} Ports */
/** @typedef {import('../tablet/ports.js').Storage} Storage */
/** @typedef {import('../tablet/ports.js').Change} Change */

/** @param {Storage} storage @param {(change: Change) => boolean} first @returns {Storage} a commit becomes two */
const inTwoCommits = (storage, first) => ({
  ...storage,
  async commit(changes, options) {
    const early = changes.filter(first);
    const late = changes.filter((change) => !first(change));
    if (early.length === 0 || late.length === 0) return storage.commit(changes, options);
    if (await storage.commit(early, options) === 'moved') return 'moved';
    return storage.commit(late);
  },
});

/** Receipts for all that was sent, as an office would give them that stored everything. @param {import('../tablet/ports.js').Request} request @param {string} epoch */
function allStored(request, epoch) {
  const lines = fromUtf8(request.body ?? new Uint8Array(0)).split('\n').slice(1, -1);
  const receipts = lines.map((line) => {
    const [text] = line.split('\t');
    const { operation, sequence, body_hash } = JSON.parse(text);
    return { operation, sequence, verdict: 'stored', header_hash: createHash('sha256').update(text).digest('hex'), body_hash };
  });
  return toUtf8(JSON.stringify({ format: 'fieldwork-receipts/1', epoch, receipts }));
}

/** @type {Record<string, (ports: Ports) => Ports>} */
export const MUTANTS = {
  /** Two tabs read the counter, then both write: what was read is not read again inside the transaction. */
  no_check: (ports) => ({ ...ports, storage: { ...ports.storage, commit: (changes) => ports.storage.commit(changes) } }),

  /** The counter and the note are two commits. */
  counter_first: (ports) => ({ ...ports, storage: inTwoCommits(ports.storage, (change) => change.store === 'streams') }),

  /** The cursor is saved before its page. Applies to the pulled database. */
  cursor_first: (ports) => (ports.pulled === undefined ? ports
    : { ...ports, pulled: inTwoCommits(ports.pulled, (change) => change.store === 'cursors') }),

  /** A 200 is taken for "the whole batch is there". */
  trust_200: (ports) => ({ ...ports, network: { send: async (request) => {
    const answer = await ports.network.send(request);
    if (request.path !== '/sync/push' || answer.status !== 200) return answer;
    const { epoch } = await ports.storage.read('marks', 'epoch') ?? {};
    return epoch === undefined ? answer : { ...answer, bytes: allStored(request, epoch) };
  } } }),

  /** What was sent is dropped from the outbox, answered or not. */
  drop_on_send: (ports) => ({ ...ports, network: { send: async (request) => {
    if (request.path !== '/sync/push') return ports.network.send(request);
    const { epoch } = await ports.storage.read('marks', 'epoch') ?? {};
    const answered = await ports.network.send(request).catch((problem) => ({ problem }));
    if (epoch === undefined) {
      if ('problem' in answered) throw answered.problem;
      return answered;
    }
    return { status: 200, contentType: 'application/json', retryAfter: null, bytes: allStored(request, epoch) };
  } } }),

  /** Nothing is put into the second journal, though it says so. */
  no_journal: (ports) => ({ ...ports, journal: { ...ports.journal, append: async () => {} } }),

  /** A redaction does not reach the journal. */
  no_scrub: (ports) => ({ ...ports, journal: { ...ports.journal, rewrite: async () => {} } }),
};
