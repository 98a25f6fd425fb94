/** The files that a person saves on the tablet: the sealed copy, and a record's copy that can be read. What is in them, and who gets them. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Application } from '../../static/tablet/application.js';
import { gather, show, write } from '../../static/tablet/evidence.js';
import { NOT_SEALED, readableText } from '../../static/tablet/pages/readable_copies.js';
import { sealedCopyName, sealedCopyPage } from '../../static/tablet/pages/sealed_copies.js';
import { twoCountsPage } from '../../static/tablet/pages/two_counts.js';
import { create as createReadable, draft as draftReadable } from '../../static/tablet/readable_copies.js';
import { create as createSealed, draft as draftSealed } from '../../static/tablet/sealed_copies.js';
import { ROUTES } from '../../static/tablet/routes.js';
import { show as showCounts } from '../../static/tablet/two_counts.js';
import { STATES } from '../../static/tablet/states.js';
import { ask as unlocking, write as writeLocked } from '../../static/tablet/unlocking.js';
import { LOCKED_WORDS } from '../../sync/tablet/locked.js';
import { settle } from '../../sync/tablet/overflow.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { addSaved } from '../../sync/tablet/replica.js';
import { ANN, BEN, VISIT, World } from '../sync/tablet/world.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';
const WORDS = 'You have to line up.\nFive times. “No”, said Mr\n1. Exact words';

/** A tablet with one record of Ann's: exact words and a thought. */
async function withRecord({ people = [ANN, BEN] } = {}) {
  const world = new World();
  const tab = await world.enrolled(people);
  const application = new Application(() => {});
  const session = { person: ANN, name: 'Ann Hollowby', replica: tab.replica, seeOwn: (saved) => addSaved(tab.tablet, tab.keys, tab.replica, saved) };
  const turns = { later: () => () => {} };
  Object.assign(application, { tablet: tab.tablet, session, flusher: { wake() {}, typed() {}, turns, connection: () => ({ kind: 'online', words: '' }) } });
  const activity = tab.intention({ type: 'child_interview', date: '2025-02-11', start: '10:05' }, { record_type: 'activity' });
  const evidence = tab.intention({ ref: 'A-01', activity: activity.record, type: 'child_interview', status: 'draft' }, { record_type: 'evidence', record: EVIDENCE });
  const blocks = [
    tab.intention({ evidence: EVIDENCE, kind: 'verbatim', speaker_role: 'child', text: WORDS, place: 't1' }),
    tab.intention({ evidence: EVIDENCE, kind: 'inspector_thought', text: 'Who has seen this?', place: 't2' }),
  ];
  await session.seeOwn((await tab.saves([activity, evidence, ...blocks])).operations);
  return { world, tab, application, session, blocks };
}

const asked = (params = { evidence: EVIDENCE }) => ({ params, form: new FormData() });
const textOf = async ({ file }) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.content.arrayBuffer());

test('a record’s copy that can be read holds its words, who, when, their kind and the ids, also when it is only here', async () => {
  const { application, blocks } = await withRecord();

  const made = await createReadable(application, asked());

  const text = await textOf(made);
  assert.match(made.file.name, /^record-A-01-\d{4}-\d\d-\d\d-\d\d-\d\d\.txt$/);
  assert.ok(text.startsWith('\ufeff'));
  assert.ok(text.includes(NOT_SEALED));
  assert.ok(text.includes(`Record ${EVIDENCE}`));
  assert.ok(text.includes('the record stood as: On this tablet.'));
  assert.ok(text.includes('Not complete.'));
  assert.match(text, /1\. Exact words\. Child/);
  assert.ok(text.includes('    “You have to line up.\n    Five times. “No”, said Mr\n    1. Exact words”\n'));
  assert.match(text, /2\. My thought\n/);
  assert.ok(text.includes('    Who has seen this?\n'));
  for (const { record } of blocks) assert.ok(text.includes(`Part ${record}`));
  assert.match(text, /Written by .* on 11 February 2025 at .*, by the clock of the tablet\./);
  assert.ok(text.includes('No consent has been recorded for this activity.'));
});

test('before it is made the page says that the file is not sealed', async () => {
  const { application } = await withRecord();

  const { page, file } = await draftReadable(application, asked());

  assert.equal(page.warning, NOT_SEALED);
  assert.match(page.told[0], /A-01/);
  assert.equal(file, undefined);
});

test('whatever people typed, no line of theirs begins where ours do', async () => {
  const { application } = await withRecord();
  const odd = 'a\rb\u2028c\u2029d\u0085e\vf\fg\r\nh';
  const gathered = gather(application, EVIDENCE);
  const [block] = gathered.blocks;
  block.fields.get('text')[0] = { ...block.fields.get('text')[0], value: odd };

  const text = readableText({ ...gathered, state: STATES.here }, { made_at: '2025-02-11T12:00:00.000Z', by: 'Ann' });

  const lines = text.split(/[\n\r\u2028\u2029\v\f\u0085]/);
  for (const letter of 'bcdefg') assert.ok(lines.includes(`    ${letter}`), letter);
  assert.ok(lines.includes('    h”'));
});

test('who wrote nothing in a record gets no copy of it, and a locked tablet answers neither address', async () => {
  const { application, session } = await withRecord();

  session.person = BEN;

  assert.equal((await draftReadable(application, asked())).status, 404);
  const made = await createReadable(application, asked());
  assert.deepEqual([made.status, made.file], [404, undefined]);
  const routes = ROUTES.filter(({ path }) => path.endsWith('/readable-copy'));
  assert.deepEqual(routes.map(({ method, locked }) => [method, locked]), [['GET', undefined], ['POST', undefined]]);
});

test('a record that is withheld because consent was withdrawn gives no copy', async () => {
  const { tab, application, session } = await withRecord();
  const heads = tab.replica.find(EVIDENCE).heads;
  await session.seeOwn((await tab.saves([tab.intention({ quarantine: 'consent_withdrawn' }, { record_type: 'evidence', record: EVIDENCE, kind: 'revise', base: heads })])).operations);

  assert.equal((await createReadable(application, asked())).status, 404);
});

test('what is being typed is in both copies', async () => {
  const { application, tab } = await withRecord();
  application.enrolment = { person: ANN };
  const types = async (record, text) => {
    const typed = { record, scope: VISIT, evidence: EVIDENCE, base: [], shown: '{}', finished: false };
    await application.typed({ ...typed, fields: { evidence: EVIDENCE, kind: 'verbatim', text, place: 't3' } });
    assert.equal(await tab.storage.count('drafts'), 1);
  };

  await types('66666666-6666-4666-8666-666666666666', 'a half sentence');
  const readable = await createReadable(application, asked());
  await types('66666666-6666-4666-8666-666666666667', 'and half of the next');
  const sealed = await createSealed(application, asked());

  assert.ok((await textOf(readable)).includes('a half sentence'));
  assert.match(sealed.page.told[0], /^6 changes are in /);
  assert.equal(sealed.page.drafts, '');
});

test('DUR-26: a locked tablet makes the sealed copy, and says what a draft cannot be part of', async () => {
  const { application, tab } = await withRecord();
  await tab.storage.commit([{ store: 'drafts', key: ['x'], put: { place: { scope: VISIT } } }]);
  application.session = null;

  const before = await draftSealed(application, asked());
  const made = await createSealed(application, asked());

  assert.equal(before.page.button, 'Save a sealed copy');
  assert.match(before.page.told[0], /4 changes would be in it/);
  assert.match(made.page.told[0], /^4 changes are in sealed-copy-.*\.fieldwork\.$/);
  assert.match(made.page.drafts, /^1 draft is not finished and cannot be in a sealed copy\. It becomes a change when whoever wrote it unlocks/);
  assert.equal(made.page.back.href, '/tablet/unlock');
  assert.match((await textOf(made)).split('\n')[0], /^\{"format":"fieldwork-copy\/1"/);
  assert.doesNotMatch(await textOf(made), /line up/);
  assert.deepEqual(ROUTES.filter(({ path }) => path === '/tablet/sealed-copy').map(({ locked }) => locked), [true, true]);
});

test('DUR-26: words that only the journal has taken can be saved as a sealed copy', async () => {
  const { application, tab } = await withRecord();
  await tab.pushesAll();
  tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'the tablet is full'); };
  await tab.writes({ text: 'words in the journal alone' });

  const { page } = await draftSealed(application, asked());
  const { file } = await createSealed(application, asked());
  Object.assign(application, { session: null, enrolment: { person: ANN, name: 'Ann' } });
  const locked = await unlocking(application, asked());

  assert.notEqual(page.button, '');
  assert.match(await textOf({ file }), /"operations":1,/);
  assert.equal(locked.page.sealed.copy_href, '/tablet/sealed-copy');
});

test('on a full tablet, words that are written while locked join the interview that was open, and no other', async () => {
  const { application, tab } = await withRecord();
  const other = '66666666-6666-4666-8666-666666666666';
  const activity = tab.intention({ type: 'child_interview', date: '2025-02-11', start: '11:05' }, { record_type: 'activity' });
  const evidence = tab.intention({ ref: 'B', activity: activity.record, type: 'child_interview', status: 'draft' }, { record_type: 'evidence', record: other });
  await application.session.seeOwn((await tab.saves([activity, evidence])).operations);
  application.session.close = () => {};
  Object.assign(application, { enrolment: { person: ANN, name: 'Ann' }, idleLock: { end: () => 5, begin() {} }, note() {} });
  await write(application, asked());
  const { commit } = tab.tablet.storage;
  tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'the tablet is full'); };
  await show(application, asked());
  await write(application, asked({ evidence: other }));
  await application.lock();
  const form = new FormData();
  form.set('text', 'said in the other interview');

  await writeLocked(application, { params: {}, form });

  tab.tablet.storage.commit = commit;
  await settle(tab.tablet);
  await tab.unlocks(ANN);
  assert.deepEqual(tab.replica.list(LOCKED_WORDS).map(({ fields }) => fields.get('joins_record')[0].value), [other]);
});

test('where nothing waits there is no file and no button', async () => {
  const { application, tab } = await withRecord();
  await tab.pushesAll();

  const { page, file } = await createSealed(application, asked());

  assert.equal(file, undefined);
  assert.equal(page.button, '');
  assert.match(page.told[0], /^Nothing waits/);
});

test('what could not be read is said, and the name of the file tells nobody’s name', () => {
  const made = { copied_at: '2025-02-11T10:05:00.000Z', operations: 3, people: 2, missing: 1 };

  const { told } = sealedCopyPage({ waiting: 4, drafts: 0, locked: false, made });

  assert.match(told[0], /^3 changes are in .*, of 2 people\.$/);
  assert.match(told[1], /^1 change could not be read/);
  assert.match(sealedCopyName('2025-02-11T10:05:00.000Z'), /^sealed-copy-2025-02-11-\d\d-\d\d\.fieldwork$/);
});

/** What the page of the two counts is made of. */
async function counts(change = () => {}) {
  const { world, tab, application, session } = await withRecord();
  const visit = tab.intention({ letter: 'A' }, { record_type: 'visit', record: VISIT.slice('visit:'.length) });
  const part = tab.intention({ person: ANN, visit: visit.record, name: 'Ann', ended_at: null }, { record_type: 'assignment' });
  await session.seeOwn((await tab.saves([visit, part])).operations);
  await change({ world, tab, application });
  return (await showCounts(application, asked({ visit: visit.record }))).page;
}

test('DUR-27: both counts stand side by side, with when the office was asked', async () => {
  const page = await counts(({ tab }) => tab.pushesAll());

  assert.deepEqual(page.cards.map(({ what, count }) => [what, count]), [['On this tablet', '6'], ['At the office', '6']]);
  assert.match(page.cards[1].more, /^changes, asked on 11 February 2025 at /);
  assert.match(page.verdict.words, /^Both sides have the same/);
  assert.deepEqual([page.differences, page.send_action, page.only_here], [[], '', '']);
});

test('DUR-27: what differs is said with what to do', async () => {
  const page = await counts(async ({ tab }) => {
    await tab.pushesAll();
    await tab.writes({ text: 'later' });
  });

  assert.deepEqual(page.cards.map(({ count }) => count), ['7', '6']);
  assert.deepEqual(page.verdict, { kind: 'tablet', words: 'The two sides differ.' });
  assert.match(page.differences[0], /^1 change has not reached the office\. Send now\./);
  assert.equal(page.send_action, `/tablet/visits/${VISIT.slice('visit:'.length)}/counts`);
});

test('DUR-27: what is being typed is a change before it is counted', async () => {
  const page = await counts(async ({ tab, application }) => {
    await tab.pushesAll();
    application.enrolment = { person: ANN };
    const fields = { evidence: EVIDENCE, kind: 'verbatim', text: 'a half sentence', place: 't3' };
    await application.typed({ record: '66666666-6666-4666-8666-666666666666', scope: VISIT, evidence: EVIDENCE, base: [], shown: '{}', fields, finished: false });
  });

  assert.deepEqual(page.cards.map(({ count }) => count), ['7', '6']);
  assert.deepEqual(page.differences.filter((words) => words.includes('draft')), []);
});

test('DUR-27: what is written and sent while the office is asked does not look like a difference', async () => {
  const page = await counts(async ({ world, tab }) => {
    await tab.pushesAll();
    world.between = async (request, ask) => {
      world.online();
      await tab.writes({ text: 'meanwhile' });
      await tab.pushesAll();
      return ask(request);
    };
  });

  assert.deepEqual(page.cards.map(({ count }) => count), ['7', '7']);
  assert.match(page.verdict.words, /^Both sides have the same/);
});

test('DUR-27: without a network the office was not asked, whatever it said before', async () => {
  const page = await counts(async ({ world, tab, application }) => {
    await tab.pushesAll();
    world.offline();
    application.online = false;
  });

  assert.deepEqual(page.cards.map(({ count }) => count), ['6', 'Not known']);
  assert.equal(page.verdict.words, 'The office was not asked: no network.');
});

test('DUR-27: an office that does not answer in time is given up, and the page is shown', async () => {
  const page = await counts(({ world, application }) => {
    world.between = () => new Promise(() => {});
    application.flusher.turns.later = (_wait_ms, call) => {
      call();
      return () => {};
    };
  });

  assert.match(page.verdict.words, /did not answer in time/);
});

test('DUR-27: drafts and what needs attention are named beside the counts, and what is not here any more', () => {
  const visit = { record: 'v', fields: new Map([['letter', [{ value: 'A' }]]]) };
  const here = { streams: [{ stream: 's', written: 3, kept: 2, head: 'h' }], aside: 0, drafts: 1, attention: 2 };
  const gone = { here: 2, office: 3, unsent: 0, waits_there: 0, gone: 1, apart: 0, equal: false };

  const page = twoCountsPage({ visit, here, answered: { asked_at: '2025-02-11T10:05:00.000Z', counts: gone }, problem: null, online: true });

  assert.equal(page.verdict.kind, 'attention');
  assert.deepEqual(page.differences, [
    '1 change is not on this tablet any more. The office has what was written here.',
    '2 changes need attention: “Only here” says why.',
    '1 draft is not finished and in neither count.',
  ]);
});
