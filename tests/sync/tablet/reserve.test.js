/** A full tablet gives up what it kept for this, and the words are saved (DUR-03). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { draftKey, keepDraft, openDrafts } from '../../../sync/tablet/drafts.js';
import { StorageProblem } from '../../../sync/tablet/ports.js';
import { Laying, SLICE_BYTES, slicesFor, withReserve } from '../../../sync/tablet/reserve.js';
import { ANN, VISIT, World } from './world.js';

const FULL = { kind: 'quota', commits: Infinity };
const NO_ROOM = { kind: 'quota', writes: Infinity };
const MEGABYTE = 1_000_000;

/** A disk with room for so many slices; what has no room finds some as soon as a slice is given back. */
class Disk {
  constructor(device, slices) {
    Object.assign(this, { device, slices, laid: 0, counts: 0, drops: 0, quota_bytes: 1_000 * MEGABYTE, used_bytes: 0 });
  }

  held = async () => {
    this.counts += 1;
    return this.laid;
  };

  lay = async () => {
    if (this.laid === this.slices) throw new StorageProblem('quota');
    this.laid += 1;
  };

  drop = async () => {
    this.drops += 1;
    if (this.laid === 0) return;
    this.laid = 0;
    this.device.unsent.fault = null;
    this.device.files.fault = null;
  };

  room = async () => ({ quota_bytes: this.quota_bytes, used_bytes: this.used_bytes });

  /** Everything else on the tablet has taken the last of the room. */
  fillsUp() {
    this.device.unsent.fault = { ...FULL };
    this.device.files.fault = { ...NO_ROOM };
  }
}

/** Ann's tablet, with the reserve laid. */
async function begun({ slices = 20 } = {}) {
  const world = new World();
  const device = world.newDevice();
  const disk = new Disk(device, slices);
  device.reserve = disk;
  const tab = await world.enrolled([ANN], device);
  const laying = new Laying(disk);
  while (await laying.step() === 'more');
  return { world, tab, disk, laying };
}

test('DUR-03: on a full tablet the reserve makes room, and the note is saved twice, once', async () => {
  const { world, tab, disk } = await begun();
  disk.fillsUp();

  const saved = await tab.writes({ text: 'The meals had stopped.' });

  assert.equal(saved.saved, 'twice');
  assert.deepEqual([disk.laid, disk.drops], [0, 1]);
  await tab.pushesAll();
  assert.deepEqual(world.office.bodies(), ['The meals had stopped.']);
});

test('DUR-03: what is being typed is kept on a full tablet as well', async () => {
  const { world, tab, disk } = await begun();
  const place = { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record: world.random.uuid4(), field: 'text', block: '' };
  const draft = { place, operation: world.operationId(), kind: 'create', base: [], started_from: [], fields: { text: 'The me' } };
  disk.fillsUp();

  await keepDraft(tab.tablet, draft);

  const { drafts } = await openDrafts(tab.tablet, tab.keys);
  assert.deepEqual(drafts.map(({ key, fields }) => [key, fields.text]), [[draftKey(place), 'The me']]);
});

test('DUR-03: the second copy finds room in the reserve when only the journal is full', async () => {
  const { tab, disk } = await begun();
  tab.device.files.fault = { ...NO_ROOM };

  const saved = await tab.writes({ text: 'Twice.' });

  assert.deepEqual([saved.saved, disk.drops], ['twice', 1]);
});

test('DUR-03: when the reserve is gone as well nothing is called saved, and the note can be saved when there is room', async () => {
  const { world, tab, disk } = await begun({ slices: 0 });
  const note = tab.intention({ text: 'Still on the screen.' });
  disk.fillsUp();

  const refused = await tab.saves([note]);
  Object.assign(tab.device.unsent, { fault: null });
  Object.assign(tab.device.files, { fault: null });
  const saved = await tab.saves([note]);

  assert.deepEqual([refused.saved, refused.cause], ['no', 'quota']);
  assert.equal(saved.saved, 'twice');
  await tab.pushesAll();
  assert.deepEqual(world.office.bodies(), ['Still on the screen.']);
});

test('two notes that find no room at the same moment are both saved', async () => {
  const { tab, disk } = await begun();
  disk.fillsUp();

  const saved = await Promise.all([tab.writes({ text: 'one' }), tab.writes({ text: 'two' })]);

  assert.deepEqual(saved.map((one) => one.saved), ['twice', 'twice']);
  await tab.reloads();
  assert.deepEqual(tab.texts(), ['one', 'two']);
});

test('DUR-03: words that are taken out of a full second copy are written anew in the room of the reserve', async () => {
  let full = true;
  const drop = async () => { full = false; };
  const journal = { rewrite: async () => { if (full) throw new StorageProblem('quota'); } };
  const ports = withReserve({ storage: {}, journal, reserve: { drop } });

  await ports.journal.rewrite((frames) => frames);

  assert.equal(full, false);
});

test('a note that finds room touches no reserve', async () => {
  const { tab, disk } = await begun();

  await tab.writes({ text: 'Room enough.' });

  assert.deepEqual([disk.laid, disk.drops], [20, 0]);
});

test('what went wrong otherwise gives no reserve up', async () => {
  const { tab, disk } = await begun();
  tab.device.unsent.fault = { kind: 'failed', commits: 1 };

  const saved = await tab.writes({ text: 'In the journal.' });

  assert.deepEqual([saved.saved, saved.problem, disk.drops], ['once', 'database_failed', 0]);
});

test('the reserve is 20 MB, a tenth of a small quota, and a quarter where nothing is said of it', () => {
  assert.deepEqual(
    [null, { quota_bytes: 10_000 * MEGABYTE }, { quota_bytes: 40 * SLICE_BYTES }, { quota_bytes: MEGABYTE }].map(slicesFor), [5, 20, 4, 0],
  );
});

test('the reserve is laid again when somebody has made room, and not before', async () => {
  const { disk, laying } = await begun();
  await disk.drop();
  disk.used_bytes = disk.quota_bytes - 30 * MEGABYTE;

  const crowded = await laying.step();
  disk.used_bytes = disk.quota_bytes - 50 * MEGABYTE;
  const made = [];
  for (let step = 0; step < 21; step += 1) made.push(await laying.step());

  assert.equal(crowded, 'no_room');
  assert.deepEqual(made, [...Array(19).fill('more'), 'whole', 'whole']);
});

test('a disk that is full though the browser speaks of room takes no slice and throws nothing', async () => {
  const { disk, laying } = await begun({ slices: 3 });

  assert.deepEqual([await laying.step(), disk.laid], ['no_room', 3]);
});

test('what lies there is counted once for a whole laying, and anew after the reserve was given up or had no room', async () => {
  const { disk, laying } = await begun();
  const first = disk.counts;
  await disk.drop();
  await laying.step();
  await laying.step();
  const second = disk.counts;
  await disk.drop();
  laying.forget();
  disk.used_bytes = disk.quota_bytes;
  await laying.step();
  disk.used_bytes = 0;
  while (await laying.step() === 'more');

  assert.deepEqual([first, second, disk.counts, disk.laid], [1, 2, 4, 20]);
});

test('a reserve that is given up while its last slice is laid is not called whole', async () => {
  const { disk, laying } = await begun();
  await disk.drop();
  for (let step = 0; step < 19; step += 1) await laying.step();
  disk.lay = async () => {
    disk.laid = 0;
    laying.forget();
  };

  assert.equal(await laying.step(), 'more');
});
