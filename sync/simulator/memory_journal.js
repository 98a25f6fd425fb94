/**
 * The journal's files and the sentinel of the simulator, honest about power like the database beside them.
 *
 * Each life appends to its own file; a life that starts adopts the files of the dead. What was appended and not flushed
 * is gone after a power cut, or there in part (`tear`). A rewrite is whole or not at all.
 */
import { joined } from '../tablet/bytes.js';
import { StorageProblem } from '../tablet/ports.js';

/** @typedef {import('../tablet/ports.js').Bytes} Bytes */
/** @typedef {import('./memory_life.js').Life} Life */
/** @typedef {{owner: Life, written: Bytes, synced: Bytes}} MemoryFile */

const NO_BYTES = new Uint8Array(0);

export class MemoryJournalFiles {
  /** @type {Map<string, MemoryFile>} */
  files = new Map();

  /** @type {{kind: 'quota' | 'gone' | 'failed', writes: number} | null} */
  fault = null;

  #lives = 0;

  /** How much of what was not flushed is there after a power cut, from 0 to 1. */
  tear = 0;

  /** @param {Life} life @returns {string} */
  open(life) {
    this.#lives += 1;
    const name = `journal ${String(this.#lives).padStart(6, '0')}`;
    this.files.set(name, { owner: life, written: NO_BYTES, synced: NO_BYTES });
    return name;
  }

  powerLoss() {
    for (const file of this.files.values()) {
      const kept = file.synced.length + Math.floor((file.written.length - file.synced.length) * this.tear);
      file.written = file.written.slice(0, Math.max(0, kept));
      file.synced = file.written;
    }
  }

  wipe() {
    this.files.clear();
  }

  /** @param {(bytes: Bytes) => Bytes} change */
  damage(change) {
    for (const file of this.files.values()) {
      file.written = change(file.written);
      file.synced = file.written;
    }
  }
}

/** @param {MemoryJournalFiles} disk @param {Life} life @returns {import('../tablet/ports.js').Journal} */
export function memoryJournal(disk, life) {
  const own = disk.open(life);
  const fail = () => {
    if (disk.fault === null || disk.fault.writes === 0) return;
    disk.fault.writes -= 1;
    throw new StorageProblem(disk.fault.kind);
  };
  const visible = () => [...disk.files].filter(([name, { owner }]) => name === own || owner.isDead);
  return {
    async append(bytes) {
      await life.point('journal before append');
      fail();
      const file = disk.files.get(own) ?? { owner: life, written: NO_BYTES, synced: NO_BYTES };
      disk.files.set(own, file);
      file.written = joined([file.written, bytes]);
      const mine = file.written.length;
      await life.point('journal appended, not flushed');
      file.synced = file.written.slice(0, Math.max(mine, file.synced.length));
      await life.point('journal flushed');
    },
    async readAll() {
      await life.point('journal before reading');
      for (const [, file] of visible()) file.synced = file.written;
      const files = visible().map(([name, { written }]) => ({ name, bytes: written.slice() }));
      return { files, hidden: disk.files.size - files.length };
    },
    async rewrite(change) {
      for (const [name, file] of visible()) {
        await life.point('journal before rewrite');
        fail();
        const bytes = change(file.written);
        if (bytes.length === 0 && name !== own) disk.files.delete(name);
        else Object.assign(file, { written: bytes, synced: bytes });
        await life.point('journal rewritten');
      }
    },
  };
}

/** @param {{facts: import('../tablet/ports.js').SentinelFacts | null, synced: import('../tablet/ports.js').SentinelFacts | null}} disk @param {Life} life @returns {import('../tablet/ports.js').Sentinel} */
export function memorySentinel(disk, life) {
  return {
    async read() {
      if (life.isDead) await new Promise(() => {});
      return structuredClone(disk.facts);
    },
    async write(facts) {
      await life.point('sentinel before write');
      disk.facts = structuredClone(facts);
      disk.synced = disk.facts;
      await life.point('sentinel written');
    },
  };
}
