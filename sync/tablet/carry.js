/**
 * The carry keys of one start of one worker: made when a first word is to be sealed, kept in memory, wrapped beside
 * the entries.
 *
 * One for each person, lane and office key. Making one needs the public keys only, so it works while locked. The row
 * with the wraps is written again with every operation's commit and stands in every journal frame, and a draft's commit
 * looks whether it is there: a clean-up by another tab, or a damaged row, must never leave words that nobody can open.
 * Source: PROTOCOL.md 3.
 */
import { fromBase64 } from './bytes.js';
import { aesKey, ingestInfo, ownInfo, unwrapCarryKey, wrapCarryKey } from './seal.js';

/** @typedef {import('./ports.js').Ports} Ports */
/** @typedef {import('./ports.js').Lane} Lane */
/** @typedef {import('./seal.js').Wrap} Wrap */
/** @typedef {{schema: 1, id: string, lane: Lane, person: string, ingest: {id: string} & Wrap, own: Wrap}} CarryRow */
/** @typedef {{row: CarryRow, key: CryptoKey}} CarryKey */
/** @typedef {CarryKey & {check: import('./ports.js').Check[]}} RememberedKey */

/** There is no public key of the office for this lane, or none of this person: the tablet is not enrolled for it. */
export class NotEnrolled extends Error {
  /** @param {string} missing */
  constructor(missing) {
    super(missing);
    this.name = 'NotEnrolled';
  }
}

/** @param {string} person @param {Lane} lane @param {{id: string}} office @param {{public: string}} owner */
const slotOf = (person, lane, office, owner) => `${lane} ${person} ${owner.public} ${office.id}`;

export class CarryKeys {
  /** @type {Map<string, Promise<CarryKey>>} */
  #writing = new Map();

  /** @type {Map<string, CryptoKey>} */
  #opened = new Map();

  /** @param {Pick<Ports, 'storage' | 'random' | 'keyMaking'>} ports */
  constructor(ports) {
    this.ports = ports;
  }

  /** The key to seal with now. @param {string} person @param {Lane} lane @returns {Promise<CarryKey>} */
  async forWriting(person, lane) {
    const [office, owner] = await Promise.all([this.#known(`ingest:${lane}`), this.#known(`person:${person}`)]);
    const slot = slotOf(person, lane, office, owner);
    const made = this.#writing.get(slot) ?? this.#make(person, lane, office, owner);
    this.#writing.set(slot, made);
    try {
      return await made;
    } catch (problem) {
      // A failed making must not be remembered, or nothing could be written until the next start.
      this.#writing.delete(slot);
      throw problem;
    }
  }

  /**
   * The key that was last sealed with, without reading anything, and what must still stand in the database for it to be the right
   * one; `null` when this start has sealed nothing here yet. @param {string} person @param {Lane} lane @returns {Promise<RememberedKey | null>}
   */
  async remembered(person, lane) {
    const [office, owner] = [this.#marks.get(`ingest:${lane}`), this.#marks.get(`person:${person}`)];
    const made = office && owner && this.#writing.get(slotOf(person, lane, office, owner));
    if (made === undefined) return null;
    const check = [
      { store: 'marks', key: `ingest:${lane}`, equals: { id: office.id } },
      { store: 'marks', key: `person:${person}`, equals: { public: owner.public } },
    ];
    return { ...await made, check };
  }

  /** The key if this worker made or opened it, so that a locked tablet can compare what it wrote itself. @param {string} id */
  inMemory(id) {
    return this.#opened.get(id);
  }

  /** Open a wrap with the person's private key. Throws `NotOpened`. @param {CarryRow} row @param {CryptoKey} privateKey */
  async forReading(row, privateKey) {
    const known = this.#opened.get(row.id);
    if (known !== undefined) return known;
    const key = await aesKey(await unwrapCarryKey(privateKey, row.own, row.id, ownInfo(row.lane)));
    this.#opened.set(row.id, key);
    return key;
  }

  /** At lock: what was opened for reading is forgotten; keys for writing are made anew. */
  forget() {
    this.#writing.clear();
    this.#opened.clear();
  }

  /** @type {Map<string, any>} */
  #marks = new Map();

  /** @param {string} mark */
  async #known(mark) {
    // Read anew each time, because the office may have changed its key; the last one known serves when the database is gone or empty.
    let value;
    try {
      value = await this.ports.storage.read('marks', mark);
    } catch (problem) {
      value = this.#marks.get(mark);
      if (value === undefined) throw problem;
    }
    value ??= this.#marks.get(mark);
    if (value === undefined) throw new NotEnrolled(mark);
    this.#marks.set(mark, value);
    return value;
  }

  /** @param {string} person @param {Lane} lane @param {{id: string, public: string}} office @param {{public: string}} owner @returns {Promise<CarryKey>} */
  async #make(person, lane, office, owner) {
    const { random, keyMaking } = this.ports;
    const carryKey = random.bytes(32);
    const id = random.uuid4();
    const ingest = await wrapCarryKey({
      carryKey, id, to: fromBase64(office.public), info: ingestInfo(lane), ephemeral: await keyMaking.pair(), nonce: random.bytes(12),
    });
    const own = await wrapCarryKey({
      carryKey, id, to: fromBase64(owner.public), info: ownInfo(lane), ephemeral: await keyMaking.pair(), nonce: random.bytes(12),
    });
    const key = await aesKey(carryKey);
    carryKey.fill(0);
    this.#opened.set(id, key);
    return { key, row: { schema: 1, id, lane, person, ingest: { id: office.id, ...ingest }, own } };
  }
}
