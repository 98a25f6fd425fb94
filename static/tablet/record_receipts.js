/**
 * The receipt for one record on the tablet: its entries, and what the office has confirmed of each (R2, R3). No word of it is told.
 *
 * It says what this tablet knows, with or without a connection, and asks nobody: an entry is at the office when a receipt had the tablet's
 * own hashes, or when it was fetched from there. The hashes of the entries are computed now. Nothing is written.
 */
import { gather } from './evidence.js';
import { receiptName, receiptPage, receiptText } from './pages/record_receipts.js';
import { problemPage } from './problems.js';
import { said, scopeOf, told } from './reading.js';
import { unlocked } from './standing.js';
import { sha256, toUtf8 } from '../../sync/tablet/bytes.js';
import { streamOf } from '../../sync/tablet/header.js';
import { needsPerson } from '../../sync/tablet/outbox.js';

/** @typedef {import('../../sync/tablet/replica.js').Known} Known */
/** @typedef {'office' | 'confirmed' | 'waits_there' | 'attention' | 'here'} Standing  `office`: fetched from there; `confirmed`: by a receipt */
/** @typedef {{known: Known, header_hash: string, standing: Standing, confirmed_at: string | null}} Entry */
/** @typedef {{shown: import('./pages/evidence.js').RecordShown, entries: Entry[], compared_at: string | null, made_at: string}} Receipt */

/** @type {import('./router.js').Handler} */
export async function show(application, { params }) {
  const receipt = await receiptOf(application, params.evidence);
  if (receipt === null) return problemPage(application, 404);
  return { template: 'record_receipts/on_tablet.html', page: await receiptPage(receipt, null) };
}

/** @type {import('./router.js').Handler} */
export async function create(application, { params }) {
  const receipt = await receiptOf(application, params.evidence);
  if (receipt === null) return problemPage(application, 404);
  const name = receiptName(receipt);
  const page = await receiptPage(receipt, name);
  return { template: 'record_receipts/on_tablet.html', page, file: { name, content: new Blob([receiptText(page)], { type: 'text/plain;charset=utf-8' }) } };
}

/** @param {import('./application.js').Application} application @param {string} id @returns {Promise<Receipt | null>} */
async function receiptOf(application, id) {
  await application.writings.closeAll();
  const gathered = gather(application, id);
  if (gathered === null) return null;
  const { replica } = unlocked(application);
  const { storage } = application.tablet;
  const outbox = new Map((await storage.range('outbox')).map(({ value }) => [value.operation, value]));
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Set<string>} of what was not fetched from the office */
  const streams = new Set();
  for (const known of entriesOf(replica, id)) {
    const stream = streamOf(known.header);
    if (known.position === null) streams.add(stream);
    const safe = await storage.read('safe', [stream, known.header.sequence]);
    entries.push({ known, header_hash: await sha256(toUtf8(known.headerText)), standing: standingOf(known, safe, outbox.get(known.operation)), confirmed_at: safe?.safe_at ?? null });
  }
  const checked = await Promise.all([...streams].map((stream) => storage.read('marks', `checked:${stream}`)));
  const compared = checked.flatMap((mark) => (mark === undefined ? [] : [mark.at])).sort();
  return { shown: { ...gathered, state: { kind: 'tablet', words: '' } }, entries, compared_at: compared[0] ?? null, made_at: application.tablet.clock.now() };
}

/** @param {Known} known @param {{safe_at: string} | undefined} safe @param {import('../../sync/tablet/stores.js').OutboxRow | undefined} waits @returns {Standing} */
function standingOf(known, safe, waits) {
  if (waits?.at_office) return 'waits_there';
  // What waits to be sent is not called safe, also where it was fetched before: the office may have lost it since (PROTOCOL.md 4.3).
  if (waits !== undefined) return needsPerson(waits) ? 'attention' : 'here';
  if (safe !== undefined) return 'confirmed';
  return known.position === null ? 'here' : 'office';
}

/**
 * Every entry of a record of evidence, with its activity, consents, parts, codes and files, withdrawn or not: those that the office counts
 * (`fieldwork/store/record_entries.py`). By position, then those only here.
 * @param {import('./reading.js').Replica} replica @param {string} id @returns {Known[]}
 */
export function entriesOf(replica, id) {
  const scope = scopeOf(replica, id);
  const list = (/** @type {string} */ type) => replica.list(type, { withdrawn: true }).filter(({ record }) => scopeOf(replica, record) === scope);
  const evidence = replica.find(id);
  const activities = list('activity').filter(({ record }) => record === said(evidence, 'activity'));
  const blocks = list('block').filter((state) => told(state, 'evidence') === id);
  const of = new Set(blocks.map(({ record }) => record));
  const records = [
    id,
    ...activities.map(({ record }) => record),
    ...list('consent').filter((state) => activities.some(({ record }) => told(state, 'activity') === record)).map(({ record }) => record),
    ...of,
    ...list('file').filter((state) => told(state, 'evidence') === id).map(({ record }) => record),
    ...list('coding').filter((state) => of.has(told(state, 'block'))).map(({ record }) => record),
  ];
  const late = Number.MAX_SAFE_INTEGER;
  return records.flatMap((record) => replica.history(record))
    .sort((a, b) => (a.position ?? late) - (b.position ?? late) || (a.operation < b.operation ? -1 : 1));
}
