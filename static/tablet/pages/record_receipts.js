/**
 * A receipt for one record in words, for a page that can be printed and as a file: on the tablet.
 *
 * The office makes the same shape (`fieldwork/pages/record_receipts.py`), and `templates/record_receipts/_receipt.html` prints both. What
 * stands here is what this tablet knows; what it cannot know, such as the bytes of a file at the office, it says.
 */
import { areaWords, evidenceTitle } from './visits.js';
import { dateAndTime, momentWords } from './dates.js';
import { RECORD_TYPES } from './words.js';
import { nameOf, said } from '../reading.js';
import { counted } from '../states.js';
import { sha256, toUtf8 } from '../../../sync/tablet/bytes.js';

/** @typedef {import('../record_receipts.js').Receipt} Receipt */
/** @typedef {import('../record_receipts.js').Entry} Entry */

const BYTE_ORDER_MARK = '\ufeff';
/** Digits of a hash on the page; the file has all of them. */
const SHORT = 12;
const DONE = { create: 'wrote', revise: 'changed', withdraw: 'withdrew', redact: 'removed words from' };
/** @type {Record<Entry['standing'], string>} */
const STANDINGS = {
  office: 'At the office: this tablet fetched it from there', confirmed: 'Safe at the office: its hashes are this tablet’s own',
  waits_there: 'At the office, whole, and waits for a decision', attention: 'Needs attention. It is on this tablet', here: 'Only on this tablet',
};

/** One hash for a record, the same that the office comes to: of the header hashes, each once, in ascending order, each with an LF. @param {string[]} hashes @returns {Promise<string>} */
export const hashOfAll = (hashes) => sha256(toUtf8([...new Set(hashes)].sort().map((one) => `${one}\n`).join('')));

/** The reference, or else the end of the id: no name and no area of anybody. @param {Receipt} receipt @returns {string} */
export function receiptName({ shown, made_at }) {
  const { date, time } = dateAndTime(new Date(made_at));
  const ref = said(shown.evidence, 'ref').replaceAll(/[^A-Za-z0-9-]/g, '') || shown.evidence.record.slice(-12);
  return `receipt-${ref}-${date}-${time.replace(':', '-')}.txt`;
}

/** @param {Receipt} receipt @param {string | null} name of the file that was made; null before */
export async function receiptPage({ shown, entries, compared_at, made_at }, name) {
  const { evidence, activity, visit, types, files, replica } = shown;
  const address = `/tablet/evidence/${evidence.record}`;
  const there = entries.filter(({ standing }) => standing === 'office' || standing === 'confirmed').length;
  const confirmed = entries.map(({ confirmed_at }) => confirmed_at).filter((at) => at !== null).sort().at(-1) ?? null;
  const facts = [
    { key: 'Record', value: evidence.record },
    { key: 'Entries', value: `${there} of ${counted(entries.length, 'entry', 'entries')} at the office` },
    { key: 'Files', value: files.length === 0 ? 'None' : `${counted(files.length, 'file', 'files')} at the office. This tablet has not seen ${files.length === 1 ? 'it' : 'them'}` },
    { key: 'Made', value: `${momentWords(made_at)}, by the clock of this tablet` },
    ...(confirmed === null ? [] : [{ key: 'Last confirmed by the office', value: momentWords(confirmed) }]),
    ...(compared_at === null ? [] : [{ key: 'Compared again with the office', value: momentWords(compared_at) }]),
    { key: 'Hash of all entries', value: await hashOfAll(entries.map(({ header_hash }) => header_hash)) },
  ];
  return {
    title: 'Receipt for this record',
    name: evidenceTitle(evidence, activity, types),
    place: visit === null ? '' : areaWords(visit),
    back: { href: address, words: 'Back to the record' },
    verdict: verdictOf(entries, there),
    told: toldOf(entries, there, files.length),
    facts,
    entries: entries.map((entry, index) => entryShown(replica, entry, index + 1)),
    file: { href: '', action: `${address}/receipt`, words: name === null ? 'Save the receipt as a file' : 'Save a new one' },
    again: name === null ? '' : 'Save this file again',
  };
}

/** The same as a plain text file, with every hash in full. @param {Awaited<ReturnType<typeof receiptPage>>} page @returns {string} */
export function receiptText(page) {
  return BYTE_ORDER_MARK + [
    page.title, page.name, page.place, '', page.verdict.words, ...page.told, '',
    ...page.facts.map(({ key, value }) => `${key}: ${value}`),
    '', 'Entries', '-------',
    ...page.entries.flatMap(({ number, words, standing, hash }) => [`${number}. ${words} ${standing}.`, `   ${hash}`]),
    '',
  ].join('\n');
}

/** @param {Entry[]} entries @param {number} there */
function verdictOf(entries, there) {
  const looks = entries.filter(({ standing }) => standing === 'attention' || standing === 'waits_there').length;
  if (looks > 0) return { kind: 'attention', words: `${counted(looks, 'entry needs', 'entries need')} attention. “Only here” says why.` };
  const here = entries.length - there;
  if (here > 0) return { kind: 'tablet', words: `${counted(here, 'entry is', 'entries are')} only on this tablet. Keep it safe until they are sent.` };
  return { kind: 'safe', words: 'All entries that this tablet knows are safe at the office.' };
}

/** @param {Entry[]} entries @param {number} there @param {number} files */
function toldOf(entries, there, files) {
  const told = ['An entry counts as safe when the office computed the same hashes from what it stored, or when this tablet fetched it from there and its hash was right.'];
  if (there === entries.length) told.push('A receipt made at the office with the same hash of all entries is about the same words, to the letter.');
  else told.push('A receipt made at the office has another hash of all entries until everything is there.');
  if (files > 0) told.push('Whether each file is whole is said by a receipt made at the office.');
  return told;
}

/** @param {import('../reading.js').Replica} replica @param {Entry} entry @param {number} number */
function entryShown(replica, { known, header_hash, standing }, number) {
  const { header } = known;
  const what = RECORD_TYPES[header.record_type] ?? 'a part of it';
  const when = known.received_at === null
    ? `on ${momentWords(header.device_at ?? '')}, by the clock of the tablet.`
    : `. It reached the office on ${momentWords(known.received_at)}.`;
  const came = known.received_at === null ? '' : ` on ${momentWords(known.received_at)}`;
  const who = `${nameOf(replica, header.person)} ${DONE[header.kind]} ${what}${when.startsWith('.') ? when : ` ${when}`}`;
  const removed = known.fields === null && header.kind !== 'redact' && header.kind !== 'withdraw' ? '. Its words were removed' : '';
  return {
    number: String(number),
    words: header.person === null ? `${what.charAt(0).toUpperCase()}${what.slice(1)} came with the review pack${came}.` : who,
    standing: `${STANDINGS[standing]}${removed}`,
    hash: header_hash,
    short: header_hash.slice(0, SHORT),
  };
}
