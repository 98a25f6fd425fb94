/**
 * Takes the words of named operations out of everything this tablet holds, and leaves the record that they were there.
 *
 * Reaches entries (with their carried bytes), drafts that began from those words, the journal, pulled segments and tail,
 * and the folded state. Headers, hashes and chains stay. A body that comes later is dropped on sight, because the
 * operation's id is remembered here. Doing it twice changes nothing. Source: PROTOCOL.md 2.
 */

/** @typedef {import('./ports.js').Change} Change */
/** @typedef {import('./ports.js').Check} Check */
/** @typedef {import('./ports.js').Storage} Storage */

/**
 * What has to change in the unsent database, for a commit of the caller's.
 * @param {Storage} storage @param {string[]} operations @param {string} by the redacting operation
 * @returns {Promise<{changes: Change[], check: Check[], drafts: number}>} `drafts`: how many texts that were being typed go
 */
export async function redactionChanges(storage, operations, by) {
  /** @type {Change[]} */
  const changes = [];
  /** @type {Check[]} */
  const check = [];
  const named = new Set(operations);
  for (const operation of named) {
    if ((await storage.read('redacted', operation)) === undefined) {
      changes.push({ store: 'redacted', key: operation, put: { schema: 1, by } });
    }
    const place = await storage.read('operations', operation);
    const key = place && [place.stream, place.sequence];
    const row = place && (await storage.read('entries', key));
    if (row === undefined || row.sealed === null) continue;
    changes.push({ store: 'entries', key, put: { ...row, sealed: null, sealed_hash: null } });
    // The purge may have removed the row meanwhile; writing it again would bring back a ghost.
    check.push({ store: 'entries', key, equals: {} });
  }
  const drafts = await draftsFrom(storage, named);
  changes.push(...drafts.map((key) => /** @type {Change} */ ({ store: 'drafts', remove: key })));
  return { changes, check, drafts: drafts.length };
}

/**
 * Redact on word from outside: a pulled `redact`, a receipt that says the body is gone, or one that another tab made.
 * The database first, then the journal. Returns the count of drafts that went, and whether the journal was reached.
 * @param {import('./tablet.js').Tablet} tablet @param {string[]} operations @param {string} by
 */
export async function redactHere(tablet, operations, by) {
  let drafts = 0;
  for (;;) {
    const found = await redactionChanges(tablet.storage, operations, by);
    drafts = found.drafts;
    if (found.changes.length === 0) break;
    if (await tablet.storage.commit(found.changes, { check: found.check }) === 'committed') break;
  }
  const problem = await tablet.secondCopy.scrub(operations);
  return { drafts, problem: problem === null ? null : 'second_copy_not_reached' };
}

/** Texts that were begun from what is redacted here. @param {Storage} storage @param {Set<string>} operations */
async function draftsFrom(storage, operations) {
  const rows = await storage.range('drafts');
  return rows
    .filter(({ value }) => operations.has(value.operation) || value.started_from.some((/** @type {string} */ one) => operations.has(one)))
    .map(({ key }) => key);
}

/** Every operation whose body is known to be gone. @param {Storage} storage @returns {Promise<Set<string>>} */
export async function redactedOperations(storage) {
  return new Set((await storage.range('redacted')).map(({ key }) => key));
}

/**
 * Carry keys that open nothing any more: with the last words under them redacted, they go as well. Called at a start
 * when no other worker lives, because only then is no carry key in anybody's memory.
 * @param {Storage} storage @returns {Promise<Change[]>}
 */
export async function unusedCarryKeys(storage) {
  const used = new Set();
  for (const { value } of await storage.range('entries')) if (value.sealed !== null) used.add(value.carry);
  for (const { value } of await storage.range('drafts')) used.add(value.carry);
  return (await storage.range('carry_keys'))
    .filter(({ key }) => !used.has(key))
    .map(({ key }) => ({ store: 'carry_keys', remove: key }));
}
