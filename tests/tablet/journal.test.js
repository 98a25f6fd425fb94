/** The second copy in a file of the browser's own: a frame that did not become whole leaves nothing behind (DUR-03). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { openJournal } from '../../static/tablet/ports/journal.js';

/** A file whose disk has room for so many bytes; what is written is sure only when it was flushed. */
class File {
  bytes = [];

  room_bytes = Infinity;

  flushes = true;

  createSyncAccessHandle = async () => ({
    getSize: () => this.bytes.length,
    write: (bytes, { at }) => {
      const taken = [...bytes].slice(0, Math.max(0, this.room_bytes - at));
      this.bytes.splice(at, taken.length, ...taken);
      return taken.length;
    },
    truncate: (size_bytes) => this.bytes.splice(size_bytes),
    flush: () => {
      if (!this.flushes) throw new DOMException('the disk is full', 'QuotaExceededError');
    },
    close() {},
  });
}

/** A journal in a browser that has such files. */
async function opened(t) {
  const files = new Map();
  const folder = {
    getFileHandle: async (name) => files.get(name) ?? files.set(name, new File()).get(name),
    getDirectoryHandle: async () => folder,
  };
  const navigator = { storage: { getDirectory: async () => folder }, locks: { request: (_name, work) => work({}) } };
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  t.after(() => {
    if (before === undefined) delete globalThis.navigator;
    else Object.defineProperty(globalThis, 'navigator', before);
  });
  const journal = await openJournal({ name: 'tab' });
  return { journal, file: files.get('tab.journal') };
}

for (const [name, fault] of Object.entries({ 'has room for half of it': { room_bytes: 5 }, 'takes it and cannot flush it': { flushes: false } })) {
  test(`DUR-03: where the disk ${name}, a frame is taken back, and the next one follows what was whole`, async (t) => {
    const { journal, file } = await opened(t);
    await journal.append(Uint8Array.of(1, 2, 3));
    Object.assign(file, fault);

    await assert.rejects(journal.append(Uint8Array.of(4, 5, 6)), { kind: 'quota' });
    const left = [...file.bytes];
    Object.assign(file, { room_bytes: Infinity, flushes: true });
    await journal.append(Uint8Array.of(7, 8, 9));

    assert.deepEqual([left, file.bytes], [[1, 2, 3], [1, 2, 3, 7, 8, 9]]);
  });
}
