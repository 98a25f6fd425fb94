/**
 * One tablet of the simulator: what lies on its disks, and how a worker starts on it.
 *
 * The disks outlive every life. `start` gives the real core its ports; two lives at once are two tabs. Nothing here
 * decides what is right: it only cuts power, wipes and damages.
 */
import { makeTablet } from '../tablet/tablet.js';
import { Life } from './memory_life.js';
import { memoryJournal, MemoryJournalFiles, memorySentinel } from './memory_journal.js';
import { MemoryDatabase, memoryStorage } from './memory_storage.js';
import { MUTANTS } from './mutants.js';
import { seededKeyMaking, seededRandom } from './seeded.js';

/** @typedef {import('../tablet/ports.js').SentinelFacts} SentinelFacts */

export class MemoryDevice {
  unsent = new MemoryDatabase();

  /** @type {Map<string, MemoryDatabase>} a pulled database for each person */
  pulled = new Map();

  files = new MemoryJournalFiles();

  /** The people enrolled here, as they were: for whoever looks from outside. @type {Map<string, import('../tablet/keys.js').PersonRow>} */
  people = new Map();

  /** @type {{facts: SentinelFacts | null, synced: SentinelFacts | null}} */
  sentinel = { facts: null, synced: null };

  /** @type {Life[]} */
  lives = [];

  /** Room that is kept for words; none where nobody has put one here. @type {import('../tablet/ports.js').Reserve | undefined} */
  reserve;

  /** The name of a bug that is planted in every life from now on. @type {string | null} */
  mutant = null;

  /** @param {string} seed @param {{now: () => string}} clock @param {import('../tablet/ports.js').Network} network */
  constructor(seed, clock, network) {
    this.random = seededRandom(seed);
    this.clock = clock;
    this.network = network;
  }

  /** A worker starts; with another one alive it is a second tab. @param {{network?: import('../tablet/ports.js').Network}} [options] */
  start({ network = this.network } = {}) {
    const life = new Life();
    this.lives.push(life);
    const alive = {
      async send(/** @type {import('../tablet/ports.js').Request} */ request) {
        await life.point('network before request');
        const answer = await network.send(request).catch((problem) => ({ problem }));
        await life.point('network after answer');
        if ('problem' in answer) throw answer.problem;
        return answer;
      },
    };
    const tablet = makeTablet(this.#planted({
      storage: memoryStorage(this.unsent, life),
      journal: memoryJournal(this.files, life),
      sentinel: memorySentinel(this.sentinel, life),
      reserve: this.reserve,
      network: alive, clock: this.clock, random: this.random, keyMaking: seededKeyMaking(this.random),
    }));
    return { tablet, life };
  }

  /** @param {import('../tablet/ports.js').Ports} ports */
  #planted(ports) {
    return this.mutant === null ? ports : MUTANTS[this.mutant](ports);
  }

  /** The pulled database of a person, for one life. @param {string} person @param {Life} life */
  pulledOf(person, life) {
    const database = this.pulled.get(person) ?? new MemoryDatabase();
    this.pulled.set(person, database);
    const storage = memoryStorage(database, life, 'pulled');
    if (this.mutant !== 'cursor_first') return storage;
    return /** @type {import('../tablet/ports.js').Storage} */ (MUTANTS.cursor_first(/** @type {any} */ ({ pulled: storage })).pulled);
  }

  /** Every process is gone; what was written stays. */
  kill() {
    this.lives.forEach((life) => life.end('kill'));
    this.lives = [];
  }

  /** Every process is gone, and so is all that was not synced. */
  powerLoss() {
    this.kill();
    for (const database of [this.unsent, ...this.pulled.values()]) database.powerLoss();
    this.files.powerLoss();
    this.sentinel.facts = this.sentinel.synced;
  }
}
