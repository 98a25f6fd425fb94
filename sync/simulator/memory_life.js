/**
 * One life of one worker in the simulator: from its start to the moment it is killed, the power is cut, or it ends.
 *
 * Every port of a life passes numbered *points*. A life can be armed to die at one of them; from then on nothing it has
 * under way ever comes back, exactly as when a process is gone. What its disk then holds is decided by the disk.
 */

export class Life {
  /** @type {number} */
  points = 0;

  /** @type {Record<string, number>} how often each kind of point was passed */
  passed = {};

  /** @type {number | null} */
  #deadly = null;

  #dead = false;

  /** @type {(how: string) => void} */
  #tell = () => {};

  constructor() {
    /** Resolves, with the name of the point, when this life ends by a crash. @type {Promise<string>} */
    this.died = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  get isDead() {
    return this.#dead;
  }

  /** @type {{name: string, deed: () => Promise<void>} | null} */
  #before = null;

  /** Do something else, once, before the next point of that name: how two tabs are made to race. @param {string} name @param {() => Promise<void>} deed */
  before(name, deed) {
    this.#before = { name, deed };
  }

  /** Die at the n-th point from now, 1 being the next. @param {number} n */
  arm(n) {
    this.#deadly = this.points + n;
  }

  /** @param {string} [name] */
  end(name = 'end') {
    if (this.#dead) return;
    this.#dead = true;
    this.#tell(name);
  }

  /** Pass a point, or stop here for ever. @param {string} name @returns {Promise<void>} */
  async point(name) {
    if (!this.#dead && this.#before?.name === name) {
      const { deed } = this.#before;
      this.#before = null;
      await deed();
    }
    if (!this.#dead) {
      this.points += 1;
      this.passed[name] = (this.passed[name] ?? 0) + 1;
      if (this.points === this.#deadly) this.end(name);
    }
    if (this.#dead) await new Promise(() => {});
  }
}
