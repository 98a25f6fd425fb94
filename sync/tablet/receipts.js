/**
 * Judges what the office answered about each operation, one by one. Only here does a note become "Safe at the office".
 *
 * Safe means: the hashes of what central has stored, computed there, equal this tablet's own. A receipt that is missing
 * says nothing; one with another hash is not believed. Fewer receipts than operations: only those leave the outbox.
 * Applying the same receipts twice changes nothing. Source: PROTOCOL.md 4.1.
 */
import { lineHash } from './line.js';
import { redactHere } from './redact.js';

/** @typedef {import('./stores.js').EntryRow} EntryRow */
/** @typedef {import('./stores.js').OutboxRow} OutboxRow */
/** @typedef {import('./line.js').Receipt} Receipt */
/** @typedef {{safe: number, held: number, newlyHeld: number, attention: number, parked: string[], redacted: string[]}} ReceiptOutcome  `parked`: offered again at the next start only; `redacted`: whose words left the disk just now */
/** @typedef {{safe: true, verdict: string, redacted: boolean} | {safe: false, standing: import('./stores.js').Standing, code: string | null, at_office: boolean}} Judgement */

/**
 * @param {import('./tablet.js').Tablet} tablet
 * @param {{entries: EntryRow[], lines: import('./ports.js').Bytes[]}} batch as it was sent
 * @param {{epoch: string, receipts: Receipt[]}} answer
 * @returns {Promise<ReceiptOutcome>}
 */
export async function applyReceipts(tablet, batch, { epoch, receipts }) {
  /** @type {{entry: EntryRow, judgement: Judgement}[]} */
  const judged = [];
  for (const [index, entry] of batch.entries.entries()) {
    const judgement = await judge(entry, batch.lines[index], receipts);
    if (judgement !== null) judged.push({ entry, judgement });
  }
  const gone = judged.filter(({ entry, judgement }) => judgement.safe && judgement.redacted && entry.sealed !== null).map(({ entry }) => entry.operation);
  // Whoever may not pull here learns of the redaction from the receipt; the words go before the note counts as done.
  if (gone.length > 0) await redactHere(tablet, gone, 'receipt');
  for (;;) {
    const outcome = await enter(tablet, judged, epoch);
    if (outcome !== 'moved') return { ...outcome, redacted: gone };
    if ((await tablet.storage.read('marks', 'epoch'))?.epoch !== epoch) return { safe: 0, held: 0, newlyHeld: 0, attention: 0, parked: [], redacted: gone };
  }
}

/** @param {EntryRow} entry @param {import('./ports.js').Bytes} line @param {Receipt[]} receipts @returns {Promise<Judgement | null>} null: nothing was said about it */
async function judge(entry, line, receipts) {
  const receipt = receipts.find((one) => one.operation === entry.operation && one.sequence === entry.sequence
    && one.verdict !== 'unreadable');
  if (receipt === undefined) {
    const unreadable = receipts.filter(({ verdict }) => verdict === 'unreadable');
    if (unreadable.length === 0) return null;
    // The hash tells whether the office could not read OUR line, or a line that was cut on the way.
    const hash = await lineHash(line);
    const ours = unreadable.find(({ line_hash }) => line_hash === hash);
    return ours === undefined ? null : waits('unreadable', ours.code);
  }
  const sameHeader = receipt.header_hash === entry.header_hash;
  const sameBody = receipt.body_hash === entry.body_hash;
  const bodyGone = receipt.redacted === true && receipt.body_hash === null;
  if (receipt.verdict === 'held') return waits('held', receipt.code);
  if (receipt.verdict === 'quarantined') return { ...waits('quarantined', receipt.code), at_office: sameHeader && (sameBody || bodyGone) };
  if (sameHeader && (sameBody || bodyGone)) return { safe: true, verdict: receipt.verdict, redacted: bodyGone };
  return waits('held', 'hash_differs');
}

/** @param {import('./stores.js').Standing} standing @param {string | undefined} code @returns {Judgement & {safe: false}} */
const waits = (standing, code) => ({ safe: false, standing, code: code ?? null, at_office: false });

/**
 * One commit for all of them, under the epoch they were given in.
 * @param {import('./tablet.js').Tablet} tablet @param {{entry: EntryRow, judgement: Judgement}[]} judged @param {string} epoch
 * @returns {Promise<ReceiptOutcome | 'moved'>}
 */
async function enter({ storage, clock }, judged, epoch) {
  /** @type {import('./ports.js').Change[]} */
  const changes = [];
  /** @type {import('./ports.js').Check[]} */
  const check = [{ store: 'marks', key: 'epoch', equals: { epoch } }];
  /** @type {ReceiptOutcome} */
  const outcome = { safe: 0, held: 0, newlyHeld: 0, attention: 0, parked: [], redacted: [] };
  for (const { entry, judgement } of judged) {
    const key = [entry.stream, entry.sequence];
    const row = /** @type {OutboxRow | undefined} */ (await storage.read('outbox', key));
    // Another tab's flusher was quicker; its answer stands.
    if (row === undefined) continue;
    check.push({ store: 'outbox', key, equals: { standing: row.standing, code: row.code } });
    if (judgement.safe) {
      /** @type {import('./stores.js').SafeRow} */
      const safe = { schema: 1, verdict: judgement.verdict, redacted: judgement.redacted, safe_at: clock.now() };
      changes.push({ store: 'outbox', remove: key }, { store: 'safe', key, put: safe });
      outcome.safe += 1;
      continue;
    }
    const { standing, code, at_office } = judgement;
    const isNew = row.standing !== standing || row.code !== code;
    if (isNew || row.at_office !== at_office) changes.push({ store: 'outbox', key, put: { ...row, standing, code, at_office } });
    if (standing === 'held') outcome.held += 1;
    if (standing === 'held' && row.standing === 'unsent') outcome.newlyHeld += 1;
    if (standing !== 'held' || code === 'hash_differs') outcome.attention += Number(isNew);
    if (standing !== 'held') outcome.parked.push(entry.operation);
  }
  if (changes.length === 0) return outcome;
  return (await storage.commit(changes, { check })) === 'moved' ? 'moved' : outcome;
}
