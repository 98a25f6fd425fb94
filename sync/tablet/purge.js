/**
 * Lets go of entries that central has had, and has been seen to have, for longer than its backups are apart.
 *
 * Never called by itself: the caller decides that the interval has passed. Only entries that are safe and that a
 * manifest has agreed on go, from the database first and then from the journal, which keeps a note that they went on
 * purpose. Source: PROTOCOL.md 4.3, assurance.md 1.3.
 */
import { changedFrames } from './journal.js';
import { under } from './stores.js';

/** @typedef {import('./ports.js').Change} Change */

/**
 * @param {import('./tablet.js').Tablet} tablet @param {string} stream @param {number} to the highest number that may go
 * @returns {Promise<number>} how many entries went
 */
export async function purgeStream({ storage, journal, secondCopy }, stream, to) {
  const mark = await storage.read('marks', `checked:${stream}`);
  const most = Math.min(to, mark?.to ?? 0);
  const before = (await storage.read('marks', `purged:${stream}`))?.to ?? 0;
  /** @type {Change[]} */
  const changes = [];
  let last = before;
  // Without a gap: the first that must stay ends it, so that one number says what is gone.
  for (const { key } of await storage.range('entries', under([stream]))) {
    if (key[1] > most || (await storage.read('safe', key)) === undefined) break;
    // The operation's id stays known: sent by a form once more, it must not become a second note.
    changes.push({ store: 'entries', remove: key }, { store: 'safe', remove: key });
    last = key[1];
  }
  if (last === before) return 0;
  changes.push({ store: 'marks', key: `purged:${stream}`, put: { to: last } });
  const check = [{ store: 'marks', key: `checked:${stream}`, equals: { to: mark.to, epoch: mark.epoch } }];
  if (await storage.commit(changes, { check }) === 'moved') return 0;
  // The note first: without it, the next start would take the numbers for lost once the frames are gone.
  await secondCopy.write([{ facts: { kind: 'purged', stream, to: last }, sealed: new Uint8Array(0) }]);
  await journal.rewrite((bytes) => changedFrames(bytes, (frame) => {
    if (frame.facts.kind !== 'entry') return frame;
    const header = JSON.parse(frame.facts.header);
    const { incarnation, person, scope, lane, sequence } = header;
    return `${incarnation} ${person ?? '-'} ${scope} ${lane}` === stream && sequence <= last ? null : frame;
  }));
  return last - before;
}

