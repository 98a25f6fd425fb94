/** Locking by itself: how long nobody has used the tablet, by clocks that stop, jump and sleep (SEC-04). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Idleness } from '../../static/tablet/idleness.js';
import { chosenMinutes, limitMinutes, update } from '../../static/tablet/locking.js';
import { lockedWords } from '../../static/tablet/pages/locking.js';
import { notePlace } from '../../sync/tablet/locked.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { ANN, BEN, VISIT, World } from '../sync/tablet/world.js';

const MINUTE = 60_000;

/** A tablet that has been unlocked this moment, with two clocks that a test sets. */
function unlocked(minutes = 5) {
  const clock = { wall: Date.parse('2025-02-11T10:00:00.000Z'), steady: 1_000 };
  const told = [];
  const limit = { minutes };
  const idleness = new Idleness({ wall_ms: () => clock.wall, steady_ms: () => clock.steady }, {
    minutes: async () => limit.minutes,
    warn: (left_s) => told.push(`warn ${left_s}`),
    stay: () => told.push('stay'),
    overdue: () => told.push('lock'),
  });
  idleness.begin();
  const pass = (milliseconds) => {
    clock.wall += milliseconds;
    clock.steady += milliseconds;
  };
  /** As the worker does: a look each five seconds. */
  const passes = async (milliseconds) => {
    for (let done = 0; done < milliseconds && !told.includes('lock'); done += 5_000) {
      pass(5_000);
      await idleness.look();
    }
  };
  return { clock, told, limit, idleness, pass, passes };
}

test('a tablet that nobody uses warns for half a minute and then locks, and says after how long', async () => {
  const { told, idleness, passes } = unlocked(5);

  await passes(5 * MINUTE - 35_000);
  assert.deepEqual(told, []);
  await passes(5_000);
  assert.deepEqual(told, ['warn 30']);
  await passes(25_000);
  assert.deepEqual(told, ['warn 30']);
  await passes(5_000);

  assert.deepEqual(told, ['warn 30', 'lock']);
  assert.equal(lockedWords(idleness.end()), 'Locked after 5 minutes without use.');
});

test('what a person does in the last half minute keeps it open, ten times and more', async () => {
  const { told, idleness, passes } = unlocked(2);

  for (let round = 0; round < 12; round += 1) {
    await passes(2 * MINUTE - 20_000);
    await idleness.used();
  }

  assert.deepEqual(told, Array.from({ length: 12 }, () => ['warn 30', 'stay']).flat());
});

test('a tab that slept is overdue at the first look, and a touch does not open it again', async () => {
  const { clock, told, idleness, pass } = unlocked(5);
  clock.wall += 8 * 60 * MINUTE;
  pass(1);

  await idleness.used();
  await idleness.used();

  assert.deepEqual(told, ['lock', 'lock']);
  assert.equal(idleness.passed_minutes, 5);
});

test('a clock of the day that is put back holds nothing open', async () => {
  const { clock, told, passes } = unlocked(5);
  clock.wall -= 3 * 60 * MINUTE;

  await passes(5 * MINUTE);

  assert.ok(told.includes('lock'));
});

test('a clock of the day that is put back while somebody types locks nothing', async () => {
  const { clock, told, idleness, passes } = unlocked(5);
  await passes(MINUTE);
  clock.wall -= 3 * 60 * MINUTE;
  await idleness.used();

  await passes(4 * MINUTE);

  assert.deepEqual(told, []);
});

test('a limit that is made longer while nobody uses it counts at once', async () => {
  const { told, limit, passes } = unlocked(5);
  await passes(4 * MINUTE);
  limit.minutes = 15;

  await passes(10 * MINUTE);

  assert.deepEqual(told, []);
});

test('what is asked while the limit is read does not bring a locked tablet back', async () => {
  const { idleness, told, pass } = unlocked(5);
  pass(6 * MINUTE);

  const looking = idleness.look();
  idleness.end();

  assert.equal(await looking, false);
  await idleness.used();
  assert.deepEqual(told, []);
  assert.equal(idleness.end(), null);
});

test('locked by hand says nothing about time, and the next unlock begins anew', async () => {
  const { idleness, passes, told } = unlocked(2);
  await passes(2 * MINUTE);
  assert.equal(idleness.end(), 2);

  idleness.begin();
  told.length = 0;
  await passes(MINUTE);

  assert.equal(lockedWords(idleness.end()), '');
  assert.deepEqual(told, []);
});

/** An application as far as the setting knows of it. */
async function begun() {
  const world = new World();
  const tab = await world.enrolled([ANN, BEN]);
  const place = { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'evidence', record: world.random.uuid4() };
  const chooses = (minutes) => {
    const form = new FormData();
    form.set('minutes', minutes);
    return update({ tablet: tab.tablet }, { form });
  };
  return { tab, place, chooses };
}

test('five minutes where nobody chose; what somebody chose holds for the tablet', async () => {
  const { tab, chooses } = await begun();
  assert.equal(await chosenMinutes(tab.storage), 5);

  assert.deepEqual(await chooses('2'), { seeOther: '/tablet/only-here' });

  assert.equal(await limitMinutes(tab.tablet, ANN), 2);
});

for (const asked of ['0', '1', '16', '90', '', 'never', '2.5', '-5', '15 ']) {
  test(`a limit outside two to fifteen minutes is refused: ${JSON.stringify(asked)}`, async () => {
    const { tab, chooses } = await begun();
    await chooses('10');

    assert.equal((await chooses(asked)).status, 422);

    assert.equal(await chosenMinutes(tab.storage), 10);
  });
}

for (const [kept, minutes] of [[0, 2], [1, 2], [99, 15], ['5', 5], [null, 5], [3.5, 5], [NaN, 5]]) {
  test(`whatever lies on the disk, the limit is two to fifteen minutes: ${kept}`, async () => {
    const { tab } = await begun();
    await tab.storage.commit([{ store: 'marks', key: 'locking', put: { schema: 1, after_minutes: kept } }]);

    assert.equal(await chosenMinutes(tab.storage), minutes);
  });
}

test('while this person has a place to write open the tablet waits fifteen minutes; another person has not', async () => {
  const { tab, place, chooses } = await begun();
  await chooses('2');
  await notePlace(tab.tablet, place);

  assert.equal(await limitMinutes(tab.tablet, ANN), 15);
  assert.equal(await limitMinutes(tab.tablet, BEN), 2);
  await notePlace(tab.tablet, null);
  assert.equal(await limitMinutes(tab.tablet, ANN), 2);
});

test('a tablet whose store cannot be read locks after the usual time', async () => {
  const { tab } = await begun();
  const storage = { read: async () => { throw new StorageProblem('gone'); } };

  assert.equal(await limitMinutes({ ...tab.tablet, storage }, ANN), 5);
});
