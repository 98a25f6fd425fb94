/**
 * What operations add up to: the state of one record, from the set of its operations, whatever order they came in.
 *
 * Two voices on one field stay two until a person decides; different fields never conflict; nothing is merged by a
 * machine. Python folds by the same rules, and `sync/vectors/` holds both to them. Source: PROTOCOL.md 5.
 */

/** @typedef {{operation: string, kind: import('./ports.js').Kind, base: readonly string[], record_type: string, record: string, fields: Record<string, unknown> | null}} Folding  `fields` is null when the body is gone */
/** @typedef {{operation: string, value: unknown}} Voice */
/** @typedef {{record_type: string, record: string, heads: string[], fields: Map<string, Voice[]>, withdrawn: boolean, operations: number}} RecordState */

/**
 * `null` when no create, revise or withdraw is among them. An operation that comes twice counts once.
 * @param {Iterable<Folding>} operations of one record @returns {RecordState | null}
 */
export function fold(operations) {
  /** @type {Map<string, Folding>} */
  const set = new Map();
  for (const operation of operations) {
    // Of one operation with and without its body, the one without counts: a redaction is not undone by a late copy.
    if (operation.kind !== 'redact' && set.get(operation.operation)?.fields !== null) set.set(operation.operation, operation);
  }
  if (set.size === 0) return null;
  const ordered = [...set.values()].sort((a, b) => compareText(a.operation, b.operation));
  const ancestors = ancestorsOf(set);
  const first = ordered.find((one) => one.kind === 'create') ?? ordered[0];
  return {
    record_type: first.record_type,
    record: first.record,
    heads: tops(ordered, ancestors).map((one) => one.operation),
    fields: values(ordered, ancestors),
    withdrawn: ordered.some((one) => one.kind === 'withdraw' && !ordered.some(
      (other) => other.kind === 'revise' && ancestors.get(other.operation)?.has(one.operation),
    )),
    operations: set.size,
  };
}

/** Names of the fields on which people's words stand side by side. @param {RecordState} state @returns {string[]} */
export const conflicts = (state) => [...state.fields].filter(([, voices]) => voices.length > 1).map(([name]) => name);

/**
 * For each operation all that a chain of `base` entries leads to. A base that is not in the set leads nowhere. In a
 * ring of bases, which no honest writer makes, nobody is the ancestor of anybody in the ring, so that no word disappears.
 * @param {Map<string, Folding>} set @returns {Map<string, Set<string>>}
 */
function ancestorsOf(set) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const { operation, base } of set.values()) {
    const seen = new Set();
    const waiting = [...base];
    while (waiting.length > 0) {
      const next = /** @type {string} */ (waiting.pop());
      const ancestor = set.get(next);
      if (ancestor === undefined || seen.has(next)) continue;
      seen.add(next);
      const known = found.get(next);
      if (known !== undefined) known.forEach((one) => seen.add(one));
      else waiting.push(...ancestor.base);
    }
    found.set(operation, seen);
  }
  for (const [operation, seen] of found) {
    if (seen.has(operation)) unring(operation, seen, found);
  }
  return found;
}

/** @param {string} operation @param {Set<string>} seen @param {Map<string, Set<string>>} found */
function unring(operation, seen, found) {
  const ring = [...seen].filter((one) => one === operation || found.get(one)?.has(operation));
  // All of a ring see the same ring; take it out of each in one step, before any of them is looked at again.
  for (const one of ring) ring.forEach((other) => found.get(one)?.delete(other));
}

/** Those that are nobody's ancestor among them. @param {Folding[]} among @param {Map<string, Set<string>>} ancestors */
function tops(among, ancestors) {
  const below = new Set();
  for (const { operation } of among) ancestors.get(operation)?.forEach((one) => below.add(one));
  return among.filter(({ operation }) => !below.has(operation));
}

/** @param {Folding[]} ordered @param {Map<string, Set<string>>} ancestors @returns {Map<string, Voice[]>} */
function values(ordered, ancestors) {
  /** @type {Map<string, Folding[]>} */
  const setters = new Map();
  for (const operation of ordered) {
    if (operation.fields === null) continue;
    for (const name of Object.keys(operation.fields)) {
      setters.set(name, [...(setters.get(name) ?? []), operation]);
    }
  }
  /** @type {Map<string, Voice[]>} */
  const fields = new Map();
  for (const name of [...setters.keys()].sort(compareText)) {
    /** @type {Voice[]} */
    const voices = [];
    for (const { operation, fields: own } of tops(setters.get(name) ?? [], ancestors)) {
      const value = own?.[name];
      if (!voices.some((voice) => sameJson(voice.value, value))) voices.push({ operation, value });
    }
    fields.set(name, voices);
  }
  return fields;
}

/** Equal as JSON: the order of an object's keys says nothing. @param {any} a @param {any} b @returns {boolean} */
export function sameJson(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

/** Code units, as ids and field names are ASCII. @param {string} a @param {string} b */
const compareText = (a, b) => (a < b ? -1 : Number(a > b));
