/**
 * What is being typed, kept at most a second behind the keys: one sealed row for each block, overwritten in place.
 *
 * A draft is not an operation and is not sent. It becomes one when the caret leaves, on Save, or when it is found at the
 * next start; `save(…, {removeDrafts})` mints the operation and removes the draft in one commit, so that a crash between
 * the two cannot make either two notes or none. Can be written while locked. Source: design.md 3, "Two grains of saving".
 */
import { toUtf8 } from './bytes.js';
import { readBody, writeBody } from './body.js';
import { NotOpened, open, seal } from './seal.js';

/** @typedef {import('./ports.js').Lane} Lane */
/** @typedef {{person: string, scope: string, lane: Lane, record_type: string, record: string, field: string, block: string}} DraftPlace */
/**
 * @typedef {object} DraftRow
 * @property {1} schema
 * @property {DraftPlace} place
 * @property {string} operation  the id that the operation will have, minted when the form opened
 * @property {'create' | 'revise'} kind
 * @property {string[]} base
 * @property {string[]} started_from  operations whose words stood in the form when typing began
 * @property {string} carry
 * @property {import('./ports.js').Bytes} sealed
 * @property {string} updated_at
 */
/** @typedef {Omit<DraftRow, 'sealed' | 'carry' | 'schema' | 'updated_at'> & {fields: Record<string, unknown>}} Draft */

/** @param {DraftPlace} place @returns {string[]} */
export const draftKey = ({ person, scope, lane, record, field, block }) => [person, scope, lane, record, field, block];

/**
 * One strict commit. Throws `StorageProblem`: the text is then still on the screen and the caller says so.
 *
 * Nothing is read before it, and the carry key is not written a second time: the key that this start sealed with last is taken, and the
 * commit itself looks whether it is still the right one and lies beside the drafts. When it is not, or does not (the office or the person
 * has new keys, another tab has cleaned up, the row was never kept), nothing is written, and the step is repeated with what is read.
 * @param {import('./tablet.js').Tablet} tablet @param {Draft} draft @returns {Promise<void>}
 */
export async function keepDraft(tablet, draft) {
  const { storage, carry } = tablet;
  const { person, lane } = draft.place;
  const known = await carry.remembered(person, lane);
  if (known !== null) {
    const check = [...known.check, { store: 'carry_keys', key: known.row.id, equals: { id: known.row.id } }];
    if (await storage.commit([await draftChange(tablet, draft, known)], { check }) === 'committed') return;
  }
  const key = await carry.forWriting(person, lane);
  await storage.commit([{ store: 'carry_keys', key: key.row.id, put: key.row }, await draftChange(tablet, draft, key)]);
}

/** @param {import('./tablet.js').Tablet} tablet @param {Draft} draft @param {import('./carry.js').CarryKey} carryKey @returns {Promise<import('./ports.js').Change>} */
async function draftChange({ random, clock }, { place, operation, kind, base, started_from, fields }, { key, row: { id: carry } }) {
  const sealed = await seal(key, random.bytes(12), bound(place, operation), writeBody(fields, random.bytes(16)));
  /** @type {DraftRow} */
  const row = { schema: 1, place, operation, kind, base, started_from, carry, sealed, updated_at: clock.now() };
  return { store: 'drafts', key: draftKey(place), put: row };
}

/** @param {import('./tablet.js').Tablet} tablet @param {DraftPlace} place @returns {Promise<void>} */
export async function dropDraft(tablet, place) {
  await tablet.storage.commit([{ store: 'drafts', remove: draftKey(place) }]);
}

/**
 * This person's drafts, opened. Those that do not open are counted, never removed.
 * @param {import('./tablet.js').Tablet} tablet @param {import('./keys.js').PersonKeys} keys
 * @returns {Promise<{drafts: (Draft & {key: string[], updated_at: string})[], unopened: number}>}
 */
export async function openDrafts(tablet, { person, privateKey }) {
  const rows = await tablet.storage.range('drafts', { from: [person], to: [person, []] });
  const drafts = [];
  let unopened = 0;
  for (const { key, value } of rows) {
    const { sealed, carry, schema: _schema, ...told } = /** @type {DraftRow} */ (value);
    const carryRow = await tablet.storage.read('carry_keys', carry);
    try {
      if (carryRow === undefined) throw new NotOpened();
      const opened = await open(await tablet.carry.forReading(carryRow, privateKey), bound(told.place, told.operation), sealed);
      drafts.push({ ...told, key, fields: readBody(opened) });
    } catch (problem) {
      if (!(problem instanceof NotOpened)) throw problem;
      unopened += 1;
    }
  }
  return { drafts, unopened };
}

/** The operation that a draft becomes. @param {Draft} draft @returns {import('./mint.js').Intention} */
export const draftIntention = ({ place, operation, kind, base, fields }) => ({
  operation, person: place.person, scope: place.scope, lane: place.lane, record_type: place.record_type, record: place.record,
  kind, base, fields,
});

/** @param {DraftPlace} place @param {string} operation */
const bound = (place, operation) => toUtf8(JSON.stringify(['fieldwork draft 1', ...draftKey(place), operation]));
