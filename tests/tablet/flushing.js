/** A flusher whose time passes only when a test lets it: errands that wait for minutes are tried in a moment. */
import { Flusher } from '../../static/tablet/flusher.js';
import { pullStep } from '../../sync/tablet/pull.js';
import { ANN, VISIT, World } from '../sync/tablet/world.js';

/** Time that stands still until somebody lets it pass, and what was put off until then. */
export class Hours {
  constructor(world) {
    this.world = world;
    this.now = 0;
    this.put_off = new Set();
    this.under_way = new Set();
    this.answers_never = false;
    /** The errand, by its lock, whose end nobody waits for, because it has none. */
    this.endless = '';
    this.turns = {
      now_ms: () => this.now,
      later: (wait_ms, call) => {
        const one = { at: this.now + wait_ms, call };
        this.put_off.add(one);
        return () => this.put_off.delete(one);
      },
      alone: (lock, work) => {
        const done = work();
        if (lock === this.endless) return done;
        this.under_way.add(done);
        const end = () => this.under_way.delete(done);
        done.then(end, end);
        return done;
      },
    };
  }

  /** Until all that is under way has come to its end, or, where nothing answers, as far as it can come. */
  async stillness() {
    for (;;) {
      // What follows from an end takes a few turns to be heard.
      for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (this.answers_never || this.under_way.size === 0) return;
      await Promise.allSettled([...this.under_way]);
    }
  }

  /** Everything that falls due in this time is done, in order, each to its end. */
  async pass(milliseconds) {
    const until = this.now + milliseconds;
    for (;;) {
      await this.stillness();
      const next = [...this.put_off].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.put_off.delete(next);
      this.world.ticks(next.at - this.now);
      this.now = next.at;
      next.call();
    }
    this.now = until;
  }
}

/** The flusher of these, by a clock of the test's own. `asked` counts requests to a path from now on. */
function flushing(world, tab, session) {
  const hours = new Hours(world);
  const application = { tablet: tab.tablet, enrolment: {}, session, tell: () => {}, tellStates: async () => {}, note: (fault) => { throw fault; } };
  const flusher = new Flusher(application, hours.turns);
  world.wire.length = 0;
  const asked = (path) => world.wire.filter((line) => line.includes(path)).length;
  return { world, tab, hours, application, flusher, asked };
}

/** Ann's tablet with its flusher, and a colleague who writes at the same visit. */
export async function begun() {
  const world = new World();
  const tab = await world.enrolled();
  const colleague = await world.enrolled([ANN]);
  const session = {
    fetch: async () => {
      const result = await pullStep(tab.tablet, tab.keys, VISIT, 'evidence');
      await tab.reloads();
      return { problem: result.problem, retryAfter: result.retryAfter };
    },
  };
  return { ...flushing(world, tab, session), colleague };
}

/** The same, locked, on a tablet whose database was wiped before this start: three notes came back, and a report waits. */
export async function begunAfterAWipe() {
  const world = new World();
  const { device } = await world.enrolled();
  const before = await world.starts(device);
  await before.unlocks(ANN);
  for (const text of ['1', '2', '3']) await before.writes({ text });
  device.kill();
  device.unsent.wipe();
  const tab = await world.starts(device);
  return flushing(world, tab, null);
}

/** A network that refuses what goes to these addresses. */
export const refusing = (path, status = 503) => async (request, ask) => (request.path.startsWith(path)
  ? { status, contentType: 'text/plain', retryAfter: null, bytes: new Uint8Array(0) } : ask(request));

/** A network that never answers what goes to this address, by the errand of this lock; the rest goes on. */
export function silent({ world, hours }, path, lock) {
  world.between = async (request, ask) => (request.path === path ? new Promise(() => {}) : ask(request));
  hours.endless = lock;
}

/** So many notes, one after the other, each with so much time behind it. */
export async function notesOneByOne({ tab, hours, flusher }, many, apart_ms) {
  for (let note = 0; note < many; note += 1) {
    await tab.writes({ text: `note ${note}` });
    flusher.wake();
    await hours.pass(apart_ms);
  }
}
