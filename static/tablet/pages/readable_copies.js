/**
 * The words of one record as a plain text file, and the page that offers it.
 *
 * What people said stands indented, so that nothing in it can be taken for a heading of ours; exact words stand in quotation marks. The
 * file begins with a byte order mark, because some readers of plain text take it for another encoding without one.
 */
import { recordPage } from './evidence.js';
import { versionsOf } from './blocks.js';
import { dateAndTime, momentWords } from './dates.js';
import { KINDS, wordFor } from './words.js';
import { nameOf, said } from '../reading.js';

/** @typedef {import('./evidence.js').RecordShown} RecordShown */
/** @typedef {import('../reading.js').RecordState} RecordState */

const BYTE_ORDER_MARK = '\ufeff';
export const NOT_SEALED = 'This file is not sealed. It holds people’s words. Keep it where only you can read it, and delete it as soon as you no longer need it.';

/** The reference, or else the beginning of the id: no name and no area of anybody. @param {RecordShown} shown @param {string} made_at @returns {string} */
export function readableCopyName({ evidence }, made_at) {
  const { date, time } = dateAndTime(new Date(made_at));
  const ref = said(evidence, 'ref').replaceAll(/[^A-Za-z0-9-]/g, '') || evidence.record.slice(-12);
  return `record-${ref}-${date}-${time.replace(':', '-')}.txt`;
}

/** @param {RecordShown} shown @param {string | null} name of the file that was made; null before */
export function readableCopyPage(shown, name) {
  const { title, place } = recordPage(shown);
  const address = `/tablet/evidence/${shown.evidence.record}`;
  return {
    title: name === null ? 'Save a copy that can be read' : 'A copy was made',
    place,
    told: name === null
      ? [`${title}: its words in a plain text file, with who wrote them and when. It is made on this tablet, and nothing is sent.`]
      : [`${title} is in ${name}.`],
    warning: NOT_SEALED,
    restrictions: shown.consent,
    button: name === null ? 'Save the copy' : '',
    again: name === null ? '' : 'Save this file again',
    action: `${address}/readable-copy`,
    back: { href: address, words: 'Back to the record' },
  };
}

/** @param {RecordShown} shown @param {{made_at: string, by: string}} made @returns {string} */
export function readableText(shown, { made_at, by }) {
  const { title, record } = recordPage(shown);
  return BYTE_ORDER_MARK + [
    title,
    '',
    NOT_SEALED,
    '',
    record.made,
    `When this copy was made the record stood as: ${shown.state.words}.`,
    ...record.labels.map((words) => `${words}.`),
    ...record.differences.map(({ words }) => words),
    `Record ${shown.evidence.record}`,
    `Copied by ${by} on ${momentWords(made_at)}, by the clock of the tablet.`,
    '',
    ...heading('What people agreed to'),
    ...record.consent,
    '',
    ...heading('About this record'),
    ...record.facts.map(({ key, value }) => `${key}: ${value}`),
    '',
    ...heading('What was said and seen'),
    ...(record.none === '' ? [] : [record.none, '']),
    ...shown.blocks.flatMap((block, at) => blockLines(shown, block, at + 1, record.blocks[at])),
    ...heading('What happened to it'),
    ...record.history,
    '',
  ].join('\n');
}

/** @param {string} words */
const heading = (words) => [words, '-'.repeat(words.length)];

/** @param {RecordShown} shown @param {RecordState} block @param {number} number @param {ReturnType<typeof recordPage>['record']['blocks'][number]} read */
function blockLines({ replica }, block, number, read) {
  const kind = said(block, 'kind') || 'observation';
  const [{ speaker, when }] = read.versions;
  const about = [wordFor(KINDS, kind), ...(kind === 'verbatim' || kind === 'paraphrase' ? [speaker] : []), when].filter((words) => words !== '');
  const versions = versionsOf(replica, block);
  const history = replica.history(block.record);
  return [
    `${number}. ${about.join('. ')}`,
    `Part ${block.record}`,
    ...(read.conflict === '' ? [] : [read.conflict]),
    ...(versions.length === 0 ? [read.versions[0].removed] : []),
    ...versions.flatMap(({ operation, text }) => [
      writtenWords(replica, history.find((one) => one.operation === operation)),
      '',
      ...quoted(text, kind === 'verbatim'),
      '',
    ]),
    ...read.versions[0].codings.map(({ ref, label, by }) => `Code ${ref}${label === '' ? '' : ` ${label}`}. ${by}.`),
    '',
  ];
}

/** @param {RecordShown['replica']} replica @param {import('../../../sync/tablet/replica.js').Known | undefined} operation */
function writtenWords(replica, operation) {
  if (operation === undefined || operation.header.incarnation.startsWith('import:')) return 'It came with the review pack. Who wrote it, and when, is not stated there.';
  const at = operation.header.device_at === null ? '' : ` on ${momentWords(operation.header.device_at)}, by the clock of the tablet`;
  const where = operation.received_at === null ? '' : ` It reached the office on ${momentWords(operation.received_at)}.`;
  return `Written by ${nameOf(replica, operation.header.person)}${at}.${where}`;
}

/** @param {string} text @param {boolean} exact */
const quoted = (text, exact) => (exact ? `“${text}”` : text).replaceAll('\r\n', '\n').split(/[\n\r\u2028\u2029\v\f\u0085]/).map((line) => `    ${line}`);
