/** Two tabs of one tablet take turns; one that is frozen with the lock in its hands holds nobody up for long (DUR-17). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { takingTurns } from '../../static/tablet/turns.js';

/** When its time is over. @param {AbortSignal} signal */
function timeOf(signal) {
  // Node would not stay for a timeout alone.
  const staying = setInterval(() => {}, 1_000);
  return new Promise((resolve) => {
    const over = () => {
      clearInterval(staying);
      resolve(undefined);
    };
    if (signal.aborted) over();
    else signal.addEventListener('abort', over);
  });
}

/** The locks of a browser, as far as turns need them. */
class Locks {
  held = new Set();
  asked = 0;
  /** How often somebody stood and waited for a lock. */
  waited = 0;
  /** Of the last who asked. @type {AbortSignal | undefined} */
  signal = undefined;

  async request(name, { signal, ifAvailable }, work) {
    this.asked += 1;
    this.signal = signal;
    if (this.held.has(name)) {
      if (ifAvailable) return work(null);
      this.waited += 1;
      await timeOf(signal);
      throw signal.reason;
    }
    this.held.add(name);
    try {
      return await work({ name });
    } finally {
      this.held.delete(name);
    }
  }
}

test('DUR-17: a frozen holder is waited for once, and not again for each thing that is sent', async () => {
  const locks = new Locks();
  locks.held.add('sending');
  const alone = takingTurns(locks, 30);
  const first = await alone('sending', async () => 'sent');

  const again = [await alone('sending', async () => 'again'), await alone('sending', async () => 'and again')];

  assert.deepEqual([first, ...again], ['sent', 'again', 'and again']);
  assert.equal(locks.waited, 1);
});

test('when the holder is back, turns are taken as before', async () => {
  const locks = new Locks();
  locks.held.add('sending');
  const alone = takingTurns(locks, 10);
  await alone('sending', async () => {});
  locks.held.delete('sending');

  const seen = [];
  await alone('sending', async () => seen.push(locks.held.has('sending')));
  await alone('sending', async () => seen.push(locks.held.has('sending')));

  assert.deepEqual(seen, [true, true]);
});

test('a fault in what is sent is no lock that cannot be had', async () => {
  const locks = new Locks();
  const alone = takingTurns(locks, 10);
  const late = new DOMException('late', 'TimeoutError');
  let begun = 0;

  const fault = alone('sending', async () => {
    begun += 1;
    await timeOf(locks.signal);
    throw late;
  });

  await assert.rejects(fault, late);
  assert.deepEqual([locks.asked, begun], [1, 1]);
});
