/** Versions that stand beside each other on the tablet, and a person's decision between them, without a connection (rule R5). */
import assert from 'node:assert/strict';
import test from 'node:test';

import { browse, show, update } from '../../static/tablet/conflicts.js';
import { show as showRecord } from '../../static/tablet/evidence.js';
import { compared } from '../../static/tablet/pages/conflicts.js';
import { Router } from '../../static/tablet/router.js';
import { StorageProblem } from '../../sync/tablet/ports.js';
import { ANN, VISIT, World } from '../sync/tablet/world.js';
import { opened } from './opened.js';

const EVIDENCE = '55555555-5555-4555-8555-555555555555';
const VISIT_ID = VISIT.replace('visit:', '');

/** A tablet of Ann's with a block of two versions; `writes` adds one operation of hers, `says` sends a form of its page. */
async function withTwoVersions({ quarantine = null } = {}) {
  const world = new World();
  const tab = await world.enrolled();
  const { application, session, writes } = opened(tab);
  await writes({ letter: 'A' }, { record_type: 'visit', record: VISIT_ID });
  await writes({ person: ANN, visit: VISIT_ID, name: 'Ann Hollowby', role: 'inspector' }, { record_type: 'assignment' });
  await writes({ ref: 'A-01', type: 'child_interview', ...(quarantine && { quarantine }) }, { record_type: 'evidence', record: EVIDENCE });
  const block = await writes({ evidence: EVIDENCE, kind: 'verbatim', text: 'It was cold.', place: 't1' });
  const revise = (text, base) => writes({ text }, { record: block.record, kind: 'revise', base });
  const [bold, old] = [await revise('It was bold.', [block.operation]), await revise('It was very old.', [block.operation])];
  const asked = (form = new FormData()) => /** @type {any} */ ({ params: { record: block.record, visit: VISIT_ID, evidence: EVIDENCE }, form });
  const decides = (page, choice, own) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ operation: page.operation, base: page.base, 'choice-text': choice, ...(own === undefined ? {} : { 'own-text': own }) })) form.append(name, value);
    return update(application, asked(form));
  };
  const page = async () => (await show(application, asked())).page;
  const texts = () => tab.replica.find(block.record).fields.get('text').map(({ value }) => value);
  return { world, tab, application, session, block, bold, old, writes, revise, asked, decides, page, texts };
}

test('R5: both versions are shown with who, when and where, and with the words that differ', async () => {
  const here = await withTwoVersions();

  const { title, fields: [text] } = await here.page();

  assert.equal(title, 'Two versions');
  assert.deepEqual(text.versions.map((one) => one.title), ['Version 1, Ann Hollowby', 'Version 2, Ann Hollowby']);
  assert.match(text.versions[0].when, /^Written on this tablet on .*, by its clock\. It has not reached the office yet\.$/);
  assert.deepEqual(text.versions.map(({ words }) => words.filter(({ alone }) => alone).map((run) => run.text)), [['bold.'], ['very old.']]);
  assert.deepEqual(text.choices.filter(({ chosen }) => chosen).map(({ words }) => words), ['Keep both for now']);
  assert.equal(text.write_href, `/tablet/blocks/${here.block.record}/edit`);
});

test('R5: the record and the visit lead to the versions, and one person in two places is told so', async () => {
  const here = await withTwoVersions();

  const { page: { record } } = await showRecord(here.application, here.asked());
  const { page: list } = await browse(here.application, here.asked());

  assert.equal(record.blocks[0].conflict_href, `/tablet/conflicts/${here.block.record}`);
  assert.match(record.blocks[0].conflict, /^Ann Hollowby wrote here in two places at the same time\./);
  assert.deepEqual(list.rows.map(({ href, more }) => [href, more]), [[`/tablet/conflicts/${here.block.record}`, 'The words']]);
});

test('R5: keeping both is the default and writes nothing', async () => {
  const here = await withTwoVersions();
  const before = here.tab.replica.history(here.block.record).length;

  const said = await here.decides(await here.page(), '');

  assert.deepEqual(said, { seeOther: `/tablet/evidence/${EVIDENCE}#block-${here.block.record}` });
  assert.equal(here.tab.replica.history(here.block.record).length, before);
  assert.deepEqual(here.texts(), ['It was bold.', 'It was very old.']);
});

test('R5: a decision follows both versions, is written once, and removes neither', async () => {
  const here = await withTwoVersions();
  const page = await here.page();

  await Promise.all([here.decides(page, here.old.operation), here.decides(page, here.old.operation)]);
  await here.decides(page, here.old.operation);

  await assert.rejects(here.decides(page, here.bold.operation), { name: 'NotSaved' });
  assert.deepEqual(here.texts(), ['It was very old.']);
  const history = here.tab.replica.history(here.block.record);
  assert.deepEqual(history.map(({ kind }) => kind), ['create', 'revise', 'revise', 'revise']);
  assert.deepEqual([...history.at(-1).base].sort(), [here.bold.operation, here.old.operation].sort());
  assert.deepEqual(history.map(({ fields }) => fields.text), ['It was cold.', 'It was bold.', 'It was very old.', 'It was very old.']);
  assert.equal((await browse(here.application, here.asked())).page.rows.length, 0);
});

test('R5: a version that comes while somebody decides stays beside the decision', async () => {
  const here = await withTwoVersions();
  const page = await here.page();

  await here.revise('It was wet.', [here.old.operation]);
  await here.decides(page, here.bold.operation);

  assert.deepEqual(here.texts().sort(), ['It was bold.', 'It was wet.']);
});

test('a version whose words were removed meanwhile is not brought back', async () => {
  const here = await withTwoVersions();
  const page = await here.page();
  here.tab.replica.redact(here.bold.operation);

  const said = await here.decides(page, here.bold.operation);

  assert.equal(said.status, 422);
  assert.match(said.page.problems[0].words, /removed meanwhile/);
  assert.deepEqual(here.texts(), ['It was very old.']);
});

test('R5: a note on a code can be written anew, and words that were not chosen come back', async () => {
  const here = await withTwoVersions();
  const coding = await here.writes({ evidence: EVIDENCE, block: here.block.record, code: 'RSN-01', memo: 'Flat.' }, { record_type: 'coding' });
  for (const memo of ['Sad.', 'Angry.']) await here.writes({ memo }, { record_type: 'coding', record: coding.record, kind: 'revise', base: [coding.operation] });
  const asked = (form) => /** @type {any} */ ({ params: { record: coding.record }, form });
  const { page } = await show(here.application, asked(new FormData()));
  const says = (choice, own) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ operation: page.operation, base: page.base, 'choice-memo': choice, 'own-memo': own })) form.append(name, value);
    return update(here.application, asked(form));
  };

  const back = await says('', 'Tired,\r\nmore than sad.');
  assert.equal(back.status, 422);
  assert.equal(back.page.fields[0].own.value, 'Tired,\nmore than sad.');
  assert.equal((await says('own', ' ')).status, 422);
  await says('own', 'Tired,\r\nmore than sad.');

  assert.deepEqual(here.tab.replica.find(coding.record).fields.get('memo').map(({ value }) => value), ['Tired,\nmore than sad.']);
});

test('R5: what differs in a record itself is decided from its page, and leads back to it', async () => {
  const here = await withTwoVersions();
  const first = here.tab.replica.find(EVIDENCE).heads;
  for (const status of ['draft', 'complete']) await here.writes({ status }, { record_type: 'evidence', record: EVIDENCE, kind: 'revise', base: first });
  const asked = (form = new FormData()) => /** @type {any} */ ({ params: { record: EVIDENCE }, form });
  const { page: { record } } = await showRecord(here.application, here.asked());
  assert.deepEqual(record.differences, [{ words: 'There is more than one version of “Status”. The first is shown until somebody decides.', href: `/tablet/conflicts/${EVIDENCE}` }]);
  const { page } = await show(here.application, asked());
  assert.equal(page.fields[0].own, '');
  const form = new FormData();
  for (const [name, value] of Object.entries({ operation: page.operation, base: page.base, 'choice-status': page.fields[0].choices[2].value })) form.append(name, value);

  const said = await update(here.application, asked(form));

  assert.deepEqual(said, { seeOther: `/tablet/evidence/${EVIDENCE}` });
  assert.deepEqual(here.tab.replica.find(EVIDENCE).fields.get('status').map(({ value }) => value), ['complete']);
  assert.deepEqual(await show(here.application, asked()), { seeOther: `/tablet/evidence/${EVIDENCE}` });
});

test('versions of a record that consent withdrew from use are not shown', async () => {
  const here = await withTwoVersions({ quarantine: { reason: 'withdrawn' } });

  assert.deepEqual(await show(here.application, here.asked()).then((said) => said.template ?? 'elsewhere'), 'elsewhere');
  assert.equal((await browse(here.application, here.asked())).page.rows.length, 0);
});

test('a version from which the words were taken out is said and not compared', async () => {
  const here = await withTwoVersions();
  await here.revise(null, [here.old.operation]);

  const { fields: [text] } = await here.page();

  assert.deepEqual(text.versions.map(({ words }) => words), [[{ text: 'It was bold.', alone: false }], [{ text: 'Nothing: it was taken out', alone: false }]]);
  assert.equal(text.compared, '');
});

test('R5: a version that only the journal of a full tablet has is said to be written on this tablet', async () => {
  const here = await withTwoVersions();
  here.tab.tablet.storage.commit = async () => { throw new StorageProblem('quota', 'the tablet is full'); };
  const aside = await here.revise('It was wet.', [here.block.operation]);

  const { fields: [text] } = await here.page();

  const version = text.versions.find(({ operation }) => operation === aside.operation);
  assert.match(version.when, /^Written on this tablet on .* It has not reached the office yet\.$/);
});

test('R5: a version from another tablet says so, and when it reached the office', async () => {
  const here = await withTwoVersions();
  const other = await here.world.enrolled();
  await here.tab.pushesAll();
  const written = other.intention({ text: 'It was wet.' }, { record: here.block.record, kind: 'revise', base: [here.block.operation] });
  await other.saves([written]);
  await other.pushesAll();
  await here.tab.pulls();

  const { fields: [text] } = await here.page();

  const version = text.versions.find(({ operation }) => operation === written.operation);
  assert.match(version.when, /^Written on another tablet, or at the office, on .* It reached the office on .*\.$/);
});

test('what stands to be decided in another visit is not listed in this one', async () => {
  const here = await withTwoVersions();
  const scope = 'visit:77777777-7777-4777-8777-777777777777';
  const { record, operation } = await here.writes({ ref: 'B-01' }, { record_type: 'evidence', scope });
  for (const status of ['draft', 'complete']) await here.writes({ status }, { record_type: 'evidence', record, scope, kind: 'revise', base: [operation] });

  const { page } = await browse(here.application, here.asked());

  assert.deepEqual(page.rows.map(({ href }) => href), [`/tablet/conflicts/${here.block.record}`]);
  assert.match(page.lead, /^1 place was written twice/);
});

test('nobody waits for long versions to be compared: what is saved meanwhile is saved before the page is there', async () => {
  const here = await withTwoVersions();
  const [one, other] = [3, 7].map((step) => Array.from({ length: 20_000 }, (_, at) => `w${(at * step) % 1999}`).join(' '));
  await here.revise(one, [here.bold.operation]);
  await here.revise(other, [here.old.operation]);
  const order = [];

  const page = here.page().then(() => order.push('page'));
  await here.tab.writes({ text: 'written meanwhile' }).then(() => order.push('saved'));
  await page;

  assert.deepEqual(order, ['saved', 'page']);
});

test('a tablet that is locked while versions are compared shows none of their words', async () => {
  const here = await withTwoVersions();
  const { application } = here;
  application.enrolment = { person: ANN, name: 'Ann Hollowby' };
  const ask = async () => ({ template: 'problems/show.html', page: { title: 'Locked', words: '', back: application.home() } });
  const router = new Router([
    { method: 'GET', path: '/tablet/conflicts/:record', handler: show },
    { method: 'GET', path: '/tablet/unlock', handler: ask, locked: true },
  ]);
  const asks = () => router.answer(application, { method: 'GET', url: `http://office/tablet/conflicts/${here.block.record}`, headers: {}, entries: null });
  here.session.forgetProven = () => {};
  const before = await asks();

  const { range } = here.tab.tablet.storage;
  here.tab.tablet.storage.range = async (...given) => {
    const rows = await range(...given);
    if (given[0] === 'streams') application.session = null;
    return rows;
  };
  const after = await asks();

  assert.match(before.body, /bold\./);
  assert.doesNotMatch(after.body, /bold|old\.|Two versions/);
  assert.equal(new URL(after.url).pathname, '/tablet/unlock');
});

test('a decision about more versions than a header can name is made from as many as it can, and the rest stay beside it', async () => {
  const here = await withTwoVersions();
  for (let more = 0; more < 64; more += 1) await here.revise(`It was cold, ${more}.`, [here.block.operation]);
  const page = await here.page();

  await here.decides(page, here.bold.operation);

  assert.equal(page.base.split(' ').length, 66);
  assert.equal(here.tab.replica.history(here.block.record).at(-1).base.length, 64);
  assert.equal(here.texts().length, 3);
});

test('no form decides what a family withdrew, or from versions of another record', async () => {
  const here = await withTwoVersions();
  const other = await here.writes({ evidence: EVIDENCE, kind: 'verbatim', text: 'Elsewhere.', quarantine: null });
  const { operation, base } = await here.page();
  const form = new FormData();
  for (const [name, value] of Object.entries({ operation, base: `${base} ${other.operation}`, 'choice-text': here.bold.operation, 'choice-quarantine': other.operation })) form.append(name, value);

  await update(here.application, here.asked(form));

  const decision = here.tab.replica.history(here.block.record).at(-1);
  assert.deepEqual(Object.entries(decision.fields), [['text', 'It was bold.']]);
  assert.deepEqual([...decision.base].sort(), [here.bold.operation, here.old.operation].sort());
});

test('the space before words that differ is not marked with them', async () => {
  const { fields: [text] } = await (await withTwoVersions()).page();

  assert.deepEqual(text.versions[0].words, [{ text: 'It was', alone: false }, { text: ' ', alone: false }, { text: 'bold.', alone: true }]);
});

test('of three versions each is compared, and none is left out', async () => {
  const cut = await compared(['One two.', 'One three.', 'One four.']);

  assert.deepEqual(cut.map((runs) => runs.filter(({ alone }) => alone).map(({ text }) => text)), [[' two.'], [' three.'], [' four.']]);
});
