/**
 * A tablet of the simulator with its tabs: the disks, who is unlocked, and the folded state of each tab.
 *
 * The passphrase's key is the same for everybody here; stretching a passphrase is not what is being tried.
 */
import { unlockPersonKeys } from '../tablet/keys.js';
import { personRow } from '../tablet/kept_keys.js';
import { joinLockedWords } from '../tablet/locked.js';
import { Pusher } from '../tablet/push.js';
import { reconcile } from '../tablet/reconcile.js';
import { addSaved, loadReplica } from '../tablet/replica.js';
import { MemoryDevice } from './memory_device.js';

/** @typedef {import('../tablet/tablet.js').Tablet} Tablet */
/** @typedef {import('../tablet/keys.js').PersonKeys} PersonKeys */
/** @typedef {import('../tablet/replica.js').Replica} Replica */
/** @typedef {{number: number, tablet: Tablet, life: import('./memory_life.js').Life, pusher: Pusher, keys: PersonKeys | null, replica: Replica | null}} Tab */

export const KEK = new Uint8Array(32).fill(7);
export const UNLOCKING = Object.freeze({ way: /** @type {const} */ ('passphrase'), parameters: {}, kek: KEK });

export class SimulatedTablet {
  /** The tablet's clock. */
  now = '2025-02-11T10:00:00.000Z';

  /** @type {Tab[]} */
  tabs = [];

  /** @type {Map<string, import('./memory_storage.js').Stores>} */
  snapshots = new Map();

  /** @type {Record<string, number>} passed by lives that are over */
  passed = {};

  /** @param {string} seed @param {(tab: () => number) => import('../tablet/ports.js').Network} wire */
  constructor(seed, wire) {
    this.wire = wire;
    this.device = new MemoryDevice(String(seed), { now: () => this.now }, wire(() => 1));
  }

  /** @param {any} command @returns {Tab} */
  tab(command) {
    const tab = this.tabs[(command.tab ?? 1) - 1];
    if (tab === undefined) throw new Error(`no tab ${command.tab ?? 1}: nothing has been started`);
    return tab;
  }

  /** When the life that the command is for ends. @param {any} command @returns {Promise<string>} */
  lifeOf(command) {
    const starting = command.do === 'start' || command.do === 'second_tab' || command.do === 'enrol';
    const tab = starting ? this.tabs.at(-1) : this.tabs[(command.tab ?? 1) - 1];
    return tab?.life.died ?? new Promise(() => {});
  }

  /** A worker starts; the tab counts from now on, so that it can be armed before it has reconciled. @returns {Tab} */
  opens() {
    const number = this.tabs.length + 1;
    const { tablet, life } = this.device.start({ network: this.wire(() => number) });
    const tab = { number, tablet, life, pusher: new Pusher(tablet), keys: null, replica: null };
    this.tabs.push(tab);
    return tab;
  }

  /** @param {Tab} tab @param {string | undefined} person @returns {Promise<object>} */
  async begins(tab, person) {
    const report = await reconcile(tab.tablet);
    const unlocked = person === undefined ? { unlocked: false, unopened: 0, joined: 0 } : await this.unlocks(tab, person);
    return { report, ...unlocked, tab: tab.number };
  }

  /** @param {Tab} tab @param {string} person */
  async unlocks(tab, person) {
    const row = await personRow(tab.tablet.storage, person);
    const keys = row === undefined ? null : await unlockPersonKeys(row, 'passphrase', KEK);
    if (keys === null) return { unlocked: false, unopened: 0, joined: 0 };
    tab.tablet.pulled = this.device.pulledOf(person, tab.life);
    tab.tablet.keys = keys;
    const { replica, unopened } = await loadReplica(tab.tablet, keys);
    Object.assign(tab, { keys, replica });
    const { joined } = await joinLockedWords(tab.tablet, replica, keys, ({ locked_record, text }) => ({ [`words_${locked_record.replaceAll('-', '_')}`]: text }));
    if (joined > 0) await this.reloads(tab);
    return { unlocked: true, unopened, joined };
  }

  /** @param {Tab} tab */
  async reloads(tab) {
    if (tab.keys !== null) tab.replica = (await loadReplica(tab.tablet, tab.keys)).replica;
  }

  /** @param {Tab} tab @param {import('../tablet/saved.js').Saved} saved */
  async takesUp({ tablet, keys, replica }, saved) {
    if (keys !== null && replica !== null) await addSaved(tablet, keys, replica, saved.operations);
  }

  /** @param {'kill' | 'power_loss'} how */
  ends(how) {
    for (const { life } of this.tabs) {
      for (const [name, count] of Object.entries(life.passed)) this.passed[name] = (this.passed[name] ?? 0) + count;
      life.end(how);
    }
    this.tabs = [];
    if (how === 'kill') this.device.kill();
    else this.device.powerLoss();
  }
}
