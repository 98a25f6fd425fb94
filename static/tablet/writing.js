/**
 * What is being typed. A draft at most a second behind the keys; an operation when the caret leaves, on Save, when the page hides or
 * locks, and after 20 seconds of typing in one block (design 3, "Two grains of saving").
 *
 * The page sends the whole text of one block each time; nothing depends on a message that was lost. A block that does not exist yet is
 * created by its first operation, and each later one revises it from what this writing last saved.
 */
import { STATES, stateOfSaving } from './states.js';
import { uuid7 } from './identifiers.js';
import { placeBehind } from './places.js';
import { said, told } from './reading.js';
import { draftIntention, draftKey, dropDraft, keepDraft, openDrafts } from '../../sync/tablet/drafts.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { reportDrafts } from '../../sync/tablet/report.js';
import { save } from '../../sync/tablet/save.js';

export const LONGEST_TYPING_MS = 20_000;

/**
 * @typedef {object} Typed from the page: the state of one writing box
 * @property {string} record the block @property {string} scope @property {string} evidence
 * @property {string[]} base heads that the form showed; [] for a new block
 * @property {Record<string, unknown>} fields everything in the form
 * @property {string} shown in JSON: what the form showed of an existing block before anybody typed, as long as its words; read once; '{}' for a new one
 * @property {boolean} finished the caret left, or Save
 * @property {boolean} [closed] Save: nothing more is typed into this block
 */
/** @typedef {{state: import('./states.js').State, base: string[], operation: string | null}} Kept */
/**
 * @typedef {object} Writing
 * @property {import('../../sync/tablet/drafts.js').Draft} draft @property {Record<string, unknown>} saved fields as last saved
 * @property {number} began_ms when typing since the last operation began @property {Promise<unknown>} turn
 * @property {boolean} drafted a draft of it may lie in the database
 * @property {string | null} place where it stands among its siblings; null until it is known
 */

export class Writings {
  /** @type {Map<string, Writing>} by block */
  #open = new Map();

  /** The place of the last block begun in a record since this start, for the time while the record cannot be read. No words. @type {Map<string, string>} */
  #lastPlaces = new Map();

  /** @param {import('./application.js').Application} application */
  constructor(application) {
    this.application = application;
  }

  /** @param {Typed} typed @returns {Promise<Kept>} */
  async typed(typed) {
    const writing = this.#writing(typed);
    const kept = writing.turn.then(() => this.#keep(writing, typed));
    writing.turn = kept.catch(() => {});
    const answer = await kept;
    if (typed.closed && answer.state.kind !== 'failed') await this.close(typed.record);
    return answer;
  }

  /** At lock, after `settle`: no words of anybody stay in memory. What could not be saved lies as a draft. */
  forget() {
    this.#open.clear();
  }

  /** Turn every draft that is open into an operation. Called when the page hides and before a lock. */
  async settle() {
    await Promise.all([...this.#open.values()].map((writing) => {
      const done = writing.turn.then(() => this.#mint(writing));
      writing.turn = done.catch(() => {});
      return done;
    }));
  }

  /**
   * At unlock: drafts that an earlier start left behind become operations.
   * @param {import('../../sync/tablet/keys.js').PersonKeys} keys @param {import('../../sync/tablet/replica.js').Replica} replica @returns {Promise<number>} how many
   */
  async adopt(keys, replica) {
    const { tablet } = this.application;
    const { drafts, unopened } = await openDrafts(tablet, keys);
    if (await reportDrafts(tablet, keys.person, unopened)) this.application.flusher.reporting.wake();
    this.forget();
    let adopted = 0;
    for (const draft of drafts) {
      let saved = await save(tablet, [draftIntention(draft)], { removeDrafts: [draft.key] });
      if (saved.problem === 'same_operation_other_words') {
        if (isContained(draft, replica)) {
          await this.#dropDraft(draft.place);
          continue;
        }
        saved = await save(tablet, [draftIntention(next(draft))], { removeDrafts: [draft.key] });
      }
      if (saved.saved !== 'no') adopted += 1;
    }
    return adopted;
  }

  /** @param {Typed} typed @returns {Writing} */
  #writing(typed) {
    const known = this.#open.get(typed.record);
    if (known !== undefined) return known;
    const place = {
      person: this.application.person(), scope: typed.scope, lane: /** @type {const} */ ('evidence'),
      record_type: 'block', record: typed.record, field: 'text', block: typed.record,
    };
    /** @type {Writing} */
    const writing = {
      draft: {
        place, operation: uuid7(), kind: typed.base.length === 0 ? 'create' : 'revise', base: typed.base,
        started_from: typed.base, fields: {},
      },
      saved: JSON.parse(typed.shown), began_ms: performance.now(), turn: Promise.resolve(), drafted: false, place: null,
    };
    this.#open.set(typed.record, writing);
    return writing;
  }

  /** @param {Writing} writing @param {Typed} typed @returns {Promise<Kept>} */
  async #keep(writing, typed) {
    const changed = changedFields(writing, this.#placed(writing, typed));
    if (changed === null) return this.#nothingNew(writing);
    writing.draft.fields = changed;
    if (typed.finished || performance.now() - writing.began_ms > LONGEST_TYPING_MS) return this.#mint(writing);
    writing.drafted = true;
    try {
      await keepDraft(this.application.tablet, writing.draft);
      return this.#answer(writing, STATES.draft);
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      // The draft could not be kept; an operation has a second way, through the journal alone.
      return this.#mint(writing);
    }
  }

  /**
   * A block keeps the place that it has. A new one stands behind all that this person has written in the record, also when the tablet's clock
   * was put back since (DUR-15); a clock that was put forward and back leaves places a millisecond apart. @param {Writing} writing @param {Typed} typed
   */
  #placed(writing, { record, evidence, fields }) {
    if (typeof fields.place !== 'string') return fields;
    const { session } = this.application;
    if (writing.place === null) {
      const here = session === null ? null : session.replica.find(record);
      const last = [this.#lastPlaces.get(evidence) ?? '', ...ownPlaces(session, evidence)].reduce((one, other) => (other > one ? other : one), '');
      writing.place = said(here, 'place') || placeBehind(last, fields.place);
      if (writing.place > (this.#lastPlaces.get(evidence) ?? '')) this.#lastPlaces.set(evidence, writing.place);
    }
    return { ...fields, place: writing.place };
  }

  /** What was typed since the last operation has been taken back by the person: its draft goes too. @param {Writing} writing @returns {Promise<Kept>} */
  async #nothingNew(writing) {
    if (Object.keys(writing.draft.fields).length > 0) {
      writing.draft.fields = {};
      if (writing.drafted && await this.#dropDraft(writing.draft.place)) writing.drafted = false;
    }
    return this.#answer(writing, writing.draft.kind === 'create' ? STATES.nothing : STATES.tablet);
  }

  /** @param {Writing} writing @returns {Promise<Kept>} */
  async #mint(writing) {
    if (Object.keys(writing.draft.fields).length === 0) return this.#answer(writing, STATES.tablet);
    const { tablet, session, flusher } = this.application;
    let saved = await save(tablet, [draftIntention(writing.draft)], { removeDrafts: [draftKey(writing.draft.place)] });
    if (saved.problem === 'same_operation_other_words') {
      // An earlier try was kept after all, with fewer words, or another tab took the draft over at its unlock. These are the next revision of it.
      await this.#seeTaken(writing.draft);
      writing.draft = next(writing.draft);
      saved = await save(tablet, [draftIntention(writing.draft)], { removeDrafts: [draftKey(writing.draft.place)] });
    }
    const { draft } = writing;
    const state = stateOfSaving(saved);
    if (saved.saved === 'no') return this.#answer(writing, state);
    // The commit has taken the draft with it, unless only the journal took the words.
    if (saved.problem !== 'database_failed') writing.drafted = false;
    await session?.seeOwn(saved.operations);
    writing.saved = { ...writing.saved, ...draft.fields };
    writing.draft = { ...next(draft), fields: {} };
    writing.began_ms = performance.now();
    flusher.wake();
    return this.#answer(writing, state);
  }

  /** What another tab has made of a draft is seen here, so that what follows it does not stand beside what went before. @param {import('../../sync/tablet/drafts.js').Draft} draft */
  async #seeTaken({ operation }) {
    const { tablet, session } = this.application;
    const place = await tablet.storage.read('operations', operation);
    if (place !== undefined) await session?.seeOwn([{ ...place, operation }]);
  }

  /**
   * A draft that cannot be removed now is found at the next unlock: it stops nobody from unlocking, and tells nobody that words are not
   * saved. @param {import('../../sync/tablet/drafts.js').DraftPlace} place @returns {Promise<boolean>} whether it is gone
   */
  async #dropDraft(place) {
    try {
      await dropDraft(this.application.tablet, place);
      return true;
    } catch (problem) {
      if (!(problem instanceof StorageProblem)) throw problem;
      return false;
    }
  }

  /** @param {Writing} writing @param {import('./states.js').State} state @returns {Kept} */
  #answer(writing, state) {
    return { state, base: writing.draft.base, operation: writing.draft.base.at(-1) ?? null };
  }

  /** Every box is closed, because another page is shown. */
  async closeAll() {
    for (const record of [...this.#open.keys()]) await this.close(record);
  }

  /** The box is closed: nothing more is typed into this block. @param {string} record */
  async close(record) {
    const writing = this.#open.get(record);
    if (writing === undefined) return;
    await writing.turn;
    const kept = await this.#mint(writing);
    if (kept.state.kind === 'failed') return;
    this.#open.delete(record);
    if (writing.drafted) await this.#dropDraft(writing.draft.place);
  }
}

/** Where this person's blocks of a record stand. @param {import('./session.js').Session | null} session @param {string} evidence @returns {string[]} */
function ownPlaces(session, evidence) {
  if (session === null) return [];
  const { replica, person } = session;
  return replica.list('block', { withdrawn: true })
    .filter((block) => told(block, 'evidence') === evidence && replica.history(block.record)[0].header.person === person)
    .map((block) => said(block, 'place'));
}

/** The revision that follows what a draft has become. @param {import('../../sync/tablet/drafts.js').Draft} draft @returns {import('../../sync/tablet/drafts.js').Draft} */
const next = (draft) => ({ ...draft, operation: uuid7(), kind: 'revise', base: [draft.operation], started_from: [draft.operation] });

/**
 * A draft from before its own operation, left behind because the database failed: its words stand in the operation, which goes on from
 * them. As a revision it would put the older words in the place of the newer.
 * @param {import('../../sync/tablet/drafts.js').Draft} draft @param {import('../../sync/tablet/replica.js').Replica} replica
 */
function isContained(draft, replica) {
  const saved = replica.history(draft.place.record).find(({ operation }) => operation === draft.operation)?.fields;
  if (saved === undefined || saved === null) return false;
  return Object.entries(draft.fields).every(([name, value]) => (
    name === 'text' ? String(saved.text ?? '').startsWith(String(value)) : JSON.stringify(saved[name]) === JSON.stringify(value)
  ));
}

/**
 * What is not yet saved of these fields, or null when everything is. A new block with no words is nothing to save.
 * @param {Writing} writing @param {Record<string, unknown>} fields @returns {Record<string, unknown> | null}
 */
function changedFields(writing, fields) {
  if (writing.draft.kind === 'create') return fields.text === '' ? null : fields;
  const changed = Object.entries(fields).filter(([name, value]) => JSON.stringify(writing.saved[name]) !== JSON.stringify(value));
  return changed.length === 0 ? null : Object.fromEntries(changed);
}
