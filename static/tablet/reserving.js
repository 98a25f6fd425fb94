/**
 * Lays the reserve, slice by slice, when nobody types, and says when this tablet is almost full (DUR-03).
 *
 * A slice is one turn of an errand, so that a key never waits for more than one of them. After the reserve was given up it is tried again
 * every five minutes: as soon as somebody has made room, it stands again and the sentence goes.
 */
import { openReserve } from './ports/reserve.js';
import { Round } from './round.js';
import { BROWSERS_OWN } from './turns.js';
import { Laying } from '../../sync/tablet/reserve.js';

/** @typedef {import('../../sync/tablet/ports.js').Reserve} Reserve */

/** Behind the start, which has enough to do. */
const FIRST_MS = 10_000;
const NEXT_MS = 250;
const AGAIN_MS = 300_000;

export class Reserving {
  /** Something found no room since the reserve was last whole. */
  nearlyFull = false;

  /**
   * @param {import('./application.js').Application} application
   * @param {{open?: () => Promise<Reserve>, timing?: import('./round.js').Timing}} [how]
   */
  constructor(application, { open = openReserve, timing = BROWSERS_OWN } = {}) {
    this.timing = timing;
    /** @type {Promise<Reserve> | null} */
    let opening = null;
    // Opened when it is first wanted: a start must not wait for it.
    const reserve = () => (opening ??= open());
    /** @type {Reserve} */
    this.port = {
      held: async () => (await reserve()).held(),
      lay: async () => (await reserve()).lay(),
      room: async () => (await reserve()).room(),
      drop: async () => {
        this.nearlyFull = true;
        this.laying.forget();
        await (await reserve()).drop();
      },
    };
    this.laying = new Laying(this.port);
    this.round = new Round(() => this.#lay(), timing, {
      afterFault_ms: () => AGAIN_MS,
      fault: (fault) => application.note(fault),
      ended: async () => {},
      pause_ms: () => application.flusher.pauseLeft_ms(),
    });
  }

  start() {
    this.timing.later(FIRST_MS, () => this.round.wake());
  }

  /** @returns {Promise<import('./round.js').Next>} */
  async #lay() {
    const laid = await this.laying.step();
    if (laid === 'whole') this.nearlyFull = false;
    return { wait_ms: laid === 'more' ? NEXT_MS : AGAIN_MS, held: true };
  }
}
