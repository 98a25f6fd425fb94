/** An office that was restored from a backup lets a tablet send and not read, until somebody there has said that it is still theirs. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Application } from '../../static/tablet/application.js';
import { Flusher } from '../../static/tablet/flusher.js';
import { onlyHerePage } from '../../static/tablet/pages/only_here.js';
import { Session } from '../../static/tablet/session.js';
import { countOutbox } from '../../sync/tablet/outbox.js';
import { World } from '../sync/tablet/world.js';

/** What the office answers to whoever asks what there is to read. */
async function answering(context, status, body) {
  const asked = [];
  context.mock.method(globalThis, 'fetch', async (path) => {
    asked.push(path);
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  });
  const world = new World();
  const tab = await world.enrolled();
  const application = new Application(() => {});
  application.tablet = tab.tablet;
  const session = new Session(application, tab.keys, 'Ann', 'a reading token', tab.tablet.pulled);
  return { world, tab, application, session, asked };
}

const problem = (code) => ({ format: 'fieldwork-problem/1', epoch: '11111111-1111-4111-8111-111111111111', problem: code });

test('a tablet that may not read yet knows that from the office’s own word, and lets go of nothing', async (context) => {
  const { session, asked } = await answering(context, 403, problem('reading_waits'));
  await session.pulled.commit([{ store: 'cursors', key: ['visit:1', 'evidence'], put: { schema: 1, after: 3 } }]);

  const fetched = await session.fetch();

  assert.deepEqual(fetched, { problem: 'reading_waits', retryAfter: null });
  assert.deepEqual(asked, ['/sync/scopes']);
  assert.equal((await session.pulled.read('cursors', ['visit:1', 'evidence'])).after, 3);
});

test('another refusal is not taken for it', async (context) => {
  const { session } = await answering(context, 403, problem('not_allowed'));

  assert.equal((await session.fetch()).problem, 'status_403');
});

test('the page of what is only here says so, and that notes are sent as always', async (context) => {
  const { tab, application, session } = await answering(context, 403, problem('reading_waits'));
  application.session = session;
  const turns = { now_ms: () => 0, later: () => () => {}, alone: (_, work) => work() };
  const flusher = new Flusher(application, turns);
  application.enrolment = {};

  await flusher.fetching.errand();
  const counts = await countOutbox(tab.tablet);
  const page = (readingWaits) => onlyHerePage({
    counts, records: 0, drafts: 0, attention: [], person: 'Ann', connection: flusher.connection(), persisted: true, found: null, unopened: 0,
    locks_after_minutes: 5, readingWaits,
  });

  assert.equal(flusher.connection().kind, 'online');
  assert.match(page(flusher.readingWaits).troubles[0], /is checking which tablets are its own\. What you write is sent as always\./);
  assert.deepEqual(page(false).troubles, []);
});
