/**
 * How a room reads the folded visit: one value of a record, the records below another, who wrote it and in which scope.
 *
 * A field on which two people differ gives its first voice here; whoever shows words asks `voices` and shows them all.
 */
import { shown } from './text.js';

/** @typedef {import('../../sync/tablet/fold.js').RecordState} RecordState */
/** @typedef {import('../../sync/tablet/replica.js').Replica} Replica */

/** @param {RecordState | null} state @param {string} name @returns {any} the value, or null */
export const told = (state, name) => state?.fields.get(name)?.[0]?.value ?? null;

/** @param {RecordState | null} state @param {string} name @returns {string} '' when nothing is told */
export function said(state, name) {
  const value = told(state, name);
  return typeof value === 'string' || typeof value === 'number' ? shown(String(value)) : '';
}

/** @param {RecordState} state @param {string} name @returns {string[]} */
export function saidAll(state, name) {
  const value = told(state, name);
  return Array.isArray(value) ? value.map((one) => shown(String(one))) : [];
}

/** Everything that people wrote in this field, side by side. @param {RecordState} state @param {string} name */
export const voices = (state, name) => state.fields.get(name) ?? [];

/** @param {Replica} replica @param {string} recordType @param {string} field @param {string} id @returns {RecordState[]} by place */
export const under = (replica, recordType, field, id) =>
  replica.list(recordType).filter((state) => told(state, field) === id).sort(byPlace);

/** @param {RecordState} a @param {RecordState} b */
export function byPlace(a, b) {
  const [one, other] = [said(a, 'place'), said(b, 'place')];
  if (one === other) return a.record < b.record ? -1 : 1;
  return one < other ? -1 : 1;
}

/** In the order the review gives them. @param {Replica} replica @param {string} recordType @returns {RecordState[]} */
export const ordered = (replica, recordType) => replica.list(recordType).sort(byPlace);

/** @param {Replica} replica @param {string} record @returns {string} */
export const scopeOf = (replica, record) => replica.history(record)[0].header.scope;

/** A record of this type, or null. Withdrawn records are not there. @param {Replica} replica @param {string} recordType @param {string} record @returns {RecordState | null} */
export function found(replica, recordType, record) {
  const state = replica.find(record);
  return state !== null && state.record_type === recordType && !state.withdrawn ? state : null;
}

export const NAMELESS = 'A colleague';

/** Who wrote an operation: the name from the visit's team. @param {Replica} replica @param {string | null} person @returns {string} */
export function nameOf(replica, person) {
  if (person === null) return 'Not stated in the pack';
  const assignment = replica.list('assignment').find((state) => told(state, 'person') === person);
  return said(assignment ?? null, 'name') || NAMELESS;
}

/** Whether this person wrote any operation of these records. @param {Replica} replica @param {RecordState[]} records @param {string} person */
export const wroteIn = (replica, records, person) =>
  records.some(({ record }) => replica.history(record).some(({ header }) => header.person === person));
