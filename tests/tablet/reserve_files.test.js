/** The room that is kept for words, as files: laid with few looks at the disk, whole or not at all, and given back (DUR-03). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { openReserve } from '../../static/tablet/ports/reserve.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { SLICE_BYTES } from '../../sync/tablet/reserve.js';

/** A browser's own folder, with this much room; every size that somebody asks for is counted. */
class Folder {
  sizes = new Map();

  looks = 0;

  constructor(room_bytes) {
    this.room_bytes = room_bytes;
  }

  getDirectoryHandle = async () => this;

  getFileHandle = async (name, { create = false } = {}) => {
    if (!this.sizes.has(name) && !create) throw new DOMException('', 'NotFoundError');
    if (!this.sizes.has(name)) this.sizes.set(name, 0);
    return {
      getFile: async () => {
        this.looks += 1;
        return { size: this.sizes.get(name) };
      },
      createSyncAccessHandle: async () => ({
        truncate: (size) => this.sizes.set(name, size),
        write: (bytes, { at }) => {
          const taken = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
          if (taken + bytes.length > this.room_bytes) throw new DOMException('', 'QuotaExceededError');
          this.sizes.set(name, at + bytes.length);
          return bytes.length;
        },
        flush: () => {},
        close: () => {},
      }),
    };
  };
}

async function opened(t, room_bytes) {
  const folder = new Folder(room_bytes);
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { storage: { getDirectory: async () => folder } }, configurable: true });
  t.after(() => {
    if (before === undefined) delete globalThis.navigator;
    else Object.defineProperty(globalThis, 'navigator', before);
  });
  return { folder, reserve: await openReserve() };
}

test('twenty slices are laid with one look at each', async (t) => {
  const { folder, reserve } = await opened(t, 30 * SLICE_BYTES);

  for (let slice = 0; slice < 20; slice += 1) await reserve.lay();
  const looks = folder.looks;

  assert.equal(await reserve.held(), 20);
  assert.ok(looks <= 20, `${looks} looks`);
});

test('a slice that found no room leaves nothing behind, and is laid when there is some', async (t) => {
  const { folder, reserve } = await opened(t, 2.5 * SLICE_BYTES);
  await reserve.lay();
  await reserve.lay();

  await assert.rejects(reserve.lay(), (problem) => problem instanceof StorageProblem && problem.kind === 'quota');
  const after = [...folder.sizes.values()];
  folder.room_bytes = 4 * SLICE_BYTES;
  await reserve.lay();

  assert.deepEqual(after.filter((size) => size > 0), [SLICE_BYTES, SLICE_BYTES]);
  assert.equal(await reserve.held(), 3);
});

test('what was given up is laid again from the first slice', async (t) => {
  const { folder, reserve } = await opened(t, 30 * SLICE_BYTES);
  for (let slice = 0; slice < 20; slice += 1) await reserve.lay();

  await reserve.drop();
  const givenUp = [...folder.sizes.values()].every((size) => size === 0);
  await reserve.lay();

  assert.ok(givenUp);
  assert.deepEqual([await reserve.held(), folder.sizes.get('0')], [1, SLICE_BYTES]);
});
