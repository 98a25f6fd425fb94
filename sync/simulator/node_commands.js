/**
 * The commands of the hosted tablets, one function each; node_tablets.js says what they take and give.
 */
import { draftIntention, keepDraft, openDrafts } from '../tablet/drafts.js';
import { keysStep } from '../tablet/ingest.js';
import { makePersonKeys } from '../tablet/keys.js';
import { keepPerson } from '../tablet/kept_keys.js';
import { notePlace, openPlace, writeLocked } from '../tablet/locked.js';
import { manifestStep } from '../tablet/manifest.js';
import { pullStep } from '../tablet/pull.js';
import { repack } from '../tablet/pulled.js';
import { purgeStream } from '../tablet/purge.js';
import { addPulled } from '../tablet/replica.js';
import { reportStep, waitingReports } from '../tablet/report.js';
import { save } from '../tablet/save.js';
import { reportsDue, stateOf } from './node_state.js';
import { uuid7 } from './seeded.js';
import { UNLOCKING } from './simulated_tablet.js';

/** @typedef {import('./simulated_tablet.js').SimulatedTablet} SimulatedTablet */
/** @typedef {import('./simulated_tablet.js').Tab} Tab */
/** @typedef {(tablet: SimulatedTablet, command: any, run: (command: any) => Promise<object>) => Promise<object>} Command */

/** @param {Tab} tab */
function unlocked(tab) {
  if (tab.keys === null || tab.replica === null || tab.tablet.pulled === undefined) throw new Error('the tab is locked');
  return { keys: tab.keys, replica: tab.replica, tablet: { ...tab.tablet, pulled: tab.tablet.pulled } };
}

/** @param {SimulatedTablet} on @param {Tab} tab @param {any} asked @returns {import('../tablet/mint.js').Intention} */
function intention(on, tab, asked) {
  const base = asked.base === 'heads' ? unlocked(tab).replica.find(asked.record)?.heads ?? [] : asked.base ?? [];
  return {
    ...asked, base, person: asked.person ?? tab.keys?.person, operation: asked.operation ?? uuid7(on.device.random, on.now),
  };
}

/** @param {SimulatedTablet} on @param {Tab} tab @param {{point: number, power?: boolean, tear?: number} | undefined} crash */
function arm(on, tab, crash) {
  if (crash === undefined) return;
  tab.life.arm(crash.point);
  on.device.files.tear = crash.tear ?? 0;
  tab.life.died.then(() => on.ends(crash.power ? 'power_loss' : 'kill'));
}

/** @param {SimulatedTablet} on @param {any} command */
async function begin(on, { person, arm: crash }) {
  const tab = on.opens();
  arm(on, tab, crash);
  const begun = await on.begins(tab, person);
  return { ...begun, reports_due: await reportsDue(on.device) };
}

/** @type {Record<string, Command>} */
export const COMMANDS = {
  async enrol(on, { people, mutant = null, relaxed = false }) {
    on.device.mutant = mutant;
    on.device.unsent.relaxed ||= relaxed;
    const tab = on.opens();
    const begun = await on.begins(tab, undefined);
    const keys = await keysStep(tab.tablet);
    for (const person of people) {
      const { row } = await makePersonKeys(person, tab.tablet, UNLOCKING);
      on.device.people.set(person, row);
      await keepPerson(tab.tablet, row);
    }
    await on.unlocks(tab, people[0]);
    return { ...begun, keys };
  },
  async start(on, command) {
    if (on.tabs.length > 0) throw new Error('a worker is running: kill it, or open a second_tab');
    return begin(on, command);
  },
  second_tab: begin,
  async kill(on) {
    on.ends('kill');
    return {};
  },
  async power_loss(on, { tear = 0 }) {
    on.device.files.tear = tear;
    on.ends('power_loss');
    return {};
  },
  async arm_crash(on, command) {
    const tab = on.tab(command);
    arm(on, tab, command);
    return { points: tab.life.points };
  },
  unlock: (on, command) => on.unlocks(on.tab(command), command.person),
  async lock(on, command) {
    const tab = on.tab(command);
    tab.tablet.carry.forget();
    delete tab.tablet.pulled;
    Object.assign(tab, { keys: null, replica: null });
    return {};
  },
  async write(on, command, run) {
    const tab = on.tab(command);
    const intentions = command.operations.map((/** @type {any} */ one) => intention(on, tab, one));
    /** @type {object[]} */
    const between = [];
    if (command.between !== undefined) {
      tab.life.before('database before commit', async () => {
        for (const other of command.between) between.push(await run({ tablet: command.tablet, ...other }));
      });
    }
    const saved = await save(tab.tablet, intentions);
    await on.takesUp(tab, saved);
    return { ...saved, between };
  },
  async draft(on, command) {
    const operation = command.operation ?? uuid7(on.device.random, on.now);
    const { place, kind, base = [], started_from = [], fields } = command;
    await keepDraft(on.tab(command).tablet, { place, operation, kind, base, started_from, fields });
    return { operation };
  },
  async take_drafts(on, command) {
    const tab = on.tab(command);
    const { drafts, unopened } = await openDrafts(tab.tablet, unlocked(tab).keys);
    const saved = [];
    for (const draft of drafts) {
      saved.push(await save(tab.tablet, [draftIntention(draft)], { removeDrafts: [draft.key] }));
      await on.takesUp(tab, saved[saved.length - 1]);
    }
    return { saved, unopened };
  },
  async open_place(on, command) {
    await notePlace(on.tab(command).tablet, command.place);
    return {};
  },
  async write_locked(on, command) {
    const tab = on.tab(command);
    const place = await openPlace(tab.tablet);
    if (place === undefined) throw new Error('no interview is open');
    const { random } = on.device;
    const ids = { operation: uuid7(random, on.now), record: random.uuid4(), joins: uuid7(random, on.now), withdraws: uuid7(random, on.now) };
    const saved = await writeLocked(tab.tablet, ids, place, command);
    await on.takesUp(tab, saved);
    return saved;
  },
  flush_step: (on, command) => on.tab(command).pusher.step(),
  async pull_step(on, command) {
    const tab = on.tab(command);
    const { tablet, keys, replica } = unlocked(tab);
    const { operations, ...told } = await pullStep(tablet, keys, command.scope, command.lane);
    addPulled(replica, { operations, ...told });
    if (told.begunAgain) await on.reloads(tab);
    return { ...told, count: operations.length };
  },
  async manifest_step(on, command) {
    const tab = on.tab(command);
    const told = await manifestStep(tab.tablet);
    told.redacted.forEach((operation) => tab.replica?.redact(operation));
    return told;
  },
  reports: async (on, command) => ({ reports: (await waitingReports(on.tab(command).tablet.storage)).map(({ report }) => report) }),
  report_step: (on, command) => reportStep(on.tab(command).tablet),
  keys_step: (on, command) => keysStep(on.tab(command).tablet),
  purge: async (on, command) => ({ purged: await purgeStream(on.tab(command).tablet, command.stream, command.to) }),
  async repack(on, command) {
    const { tablet, keys } = unlocked(on.tab(command));
    await repack(tablet.pulled, keys.pulledKey, tablet.random, [command.scope, command.lane]);
    return {};
  },
  async fault(on, { storage, journal }) {
    if (storage !== undefined) on.device.unsent.fault = storage;
    if (journal !== undefined) on.device.files.fault = journal;
    return {};
  },
  async snapshot(on, { name }) {
    on.snapshots.set(name, on.device.unsent.copy());
    return {};
  },
  async put_back(on, { name }) {
    const older = on.snapshots.get(name);
    if (older === undefined || on.tabs.length > 0) throw new Error('no such snapshot, or a worker is running');
    on.device.unsent.putBack(older);
    return {};
  },
  async wipe(on, { what }) {
    if (on.tabs.length > 0) throw new Error('a worker is running');
    if (what.includes('database')) on.device.unsent.wipe();
    if (what.includes('journal')) on.device.files.wipe();
    if (what.includes('sentinel')) Object.assign(on.device.sentinel, { facts: null, synced: null });
    if (what.includes('pulled')) on.device.pulled.clear();
    return {};
  },
  state: (on, { full = false }) => stateOf(on.device, full),
  async points(on) {
    const points = { ...on.passed };
    for (const { life } of on.tabs) for (const [name, count] of Object.entries(life.passed)) points[name] = (points[name] ?? 0) + count;
    return { points };
  },
};
