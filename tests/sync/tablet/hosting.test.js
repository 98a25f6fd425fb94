/**
 * The hosted tablets that the Python simulator drives: they speak the line protocol, and replay byte for byte.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { seededRandom } from '../../../sync/simulator/seeded.js';
import { fromBase64, toBase64 } from '../../../sync/tablet/bytes.js';
import { ANN, BEN, Office, VISIT } from './world.js';

const PROGRAM = fileURLToPath(new URL('../../../sync/simulator/node_tablets.js', import.meta.url));

/** Drives the program as Python does: one command at a time, answering its requests from a small office. */
class Driver {
  constructor(seed) {
    this.random = seededRandom(`driver ${seed}`);
    this.office = new Office(seededRandom(`office ${seed}`));
    this.trace = createHash('sha256');
    this.child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = new Map();
    this.number = 0;
    this.loss = 0;
    createInterface({ input: this.child.stdout }).on('line', (line) => this.hears(line));
  }

  async hears(text) {
    this.trace.update(text);
    const line = JSON.parse(text);
    if (line.request === undefined) {
      this.waiting.get(line.id)(line);
      return;
    }
    const fate = this.random.integer(100);
    if (fate < this.loss) return this.says({ fail: line.request });
    const answer = await this.office.answer({ method: line.method, path: line.path, body: line.body && fromBase64(line.body) });
    if (fate < 2 * this.loss) return this.says({ fail: line.request });
    this.says({ answer: line.request, status: answer.status, content_type: answer.contentType, retry_after: null, body: toBase64(answer.bytes) });
  }

  says(line) {
    this.child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  async does(tablet, deed, more = {}) {
    this.number += 1;
    const now = new Date(Date.parse('2025-02-11T10:00:00.000Z') + this.number * 1000).toISOString();
    const reply = new Promise((resolve) => this.waiting.set(this.number, resolve));
    this.says({ id: this.number, tablet, do: deed, now, ...more });
    const { ok, error, crashed } = await reply;
    assert.equal(error, undefined);
    return crashed === undefined ? ok : { crashed };
  }

  async ends() {
    this.child.stdin.end();
    await new Promise((resolve) => this.child.on('exit', resolve));
    return this.trace.digest('hex');
  }
}

const note = (record, text, more = {}) => ({ kind: 'create', scope: VISIT, lane: 'evidence', record_type: 'block', record, fields: { text }, ...more });

/** A stormy day on two tablets, and a calm evening. Returns the trace, what was told saved, and the office. */
async function stormyDay(seed) {
  const driver = new Driver(seed);
  const { random } = driver;
  const people = { t1: ANN, t2: BEN };
  for (const [tablet, person] of Object.entries(people)) await driver.does(tablet, 'enrol', { seed: `${seed} ${tablet}`, people: [person] });
  driver.loss = 20;
  const told = new Set();
  const running = { t1: true, t2: true };
  let crashes = 0;
  for (let turn = 0; turn < 60; turn += 1) {
    const tablet = random.integer(2) === 0 ? 't1' : 't2';
    if (!running[tablet]) {
      const begun = await driver.does(tablet, 'start', { person: people[tablet], ...(random.integer(4) === 0 ? { arm: { point: 1 + random.integer(12), power: true } } : {}) });
      running[tablet] = begun.crashed === undefined;
      continue;
    }
    if (random.integer(4) === 0) await driver.does(tablet, 'arm_crash', { point: 1 + random.integer(30), power: random.integer(2) === 0, tear: 0.5 });
    const deeds = [
      ['write', { operations: [note(random.uuid4(), `words ${turn}`)] }],
      ['write', { operations: [note(random.uuid4(), `more \ud800 ${turn}`)] }],
      ['flush_step'], ['pull_step', { scope: VISIT, lane: 'evidence' }], ['manifest_step'],
    ];
    const reply = await driver.does(tablet, ...deeds[random.integer(deeds.length)]);
    if (reply.saved === 'twice') reply.operations.forEach(({ operation }) => told.add(operation));
    if (reply.crashed !== undefined) {
      running[tablet] = false;
      crashes += 1;
    }
  }
  driver.loss = 0;
  for (const [tablet, person] of Object.entries(people)) {
    await driver.does(tablet, 'kill');
    await driver.does(tablet, 'start', { person });
    for (let round = 0; round < 10; round += 1) await driver.does(tablet, 'flush_step');
  }
  const states = [];
  for (const tablet of Object.keys(people)) {
    while ((await driver.does(tablet, 'pull_step', { scope: VISIT, lane: 'evidence' })).more);
    states.push(await driver.does(tablet, 'state', { full: true }));
  }
  return { trace: await driver.ends(), told, states, office: driver.office, crashes };
}

test('SYN-02: the same seed twice gives the same trace, and after a stormy day nothing told saved is missing', async () => {
  const first = await stormyDay('seed 1');
  const second = await stormyDay('seed 1');
  const third = await stormyDay('seed 2');

  assert.equal(first.trace, second.trace);
  assert.notEqual(first.trace, third.trace);
  for (const { told, states, office, crashes } of [first, third]) {
    const there = new Set(office.stored.map(({ header }) => header.operation));
    assert.ok(told.size > 5 && crashes > 2);
    for (const operation of told) assert.ok(there.has(operation));
    assert.deepEqual(states.map(({ counts }) => counts.waiting), [0, 0]);
    assert.equal(Object.values(states[0].pulled)[0][`${VISIT} evidence`].digest, Object.values(states[1].pulled)[0][`${VISIT} evidence`].digest);
    assert.equal(Object.values(states[0].folded)[0].digest, Object.values(states[1].folded)[0].digest);
  }
});

/** Two tabs race for one number: the second writes between the first's reading and its commit. */
async function race(mutant) {
  const driver = new Driver('race');
  await driver.does('t1', 'enrol', { seed: 'race', people: [ANN], mutant });
  await driver.does('t1', 'second_tab', { person: ANN });
  const other = { do: 'write', tab: 2, operations: [note(driver.random.uuid4(), 'second tab')] };
  const saved = await driver.does('t1', 'write', { operations: [note(driver.random.uuid4(), 'first tab')], between: [other] });
  const { entries } = await driver.does('t1', 'state');
  await driver.ends();
  return { saved, sequences: entries.map(({ sequence }) => sequence) };
}

test('two tabs that race for a number both keep their note; with the check planted away one is lost', async () => {
  const right = await race(null);
  const wrong = await race('no_check');

  assert.equal(right.saved.saved, 'twice');
  assert.equal(right.saved.between[0].ok.saved, 'twice');
  assert.deepEqual(right.sequences, [1, 2]);
  assert.deepEqual(wrong.sequences, [1]);
});

test('a relaxed commit, planted, loses what was told saved once the journal is gone as well', async () => {
  const driver = new Driver('relaxed');
  await driver.does('t1', 'enrol', { seed: 'relaxed', people: [ANN], relaxed: true, mutant: 'no_journal' });
  const { saved } = await driver.does('t1', 'write', { operations: [note(driver.random.uuid4(), 'x')] });
  await driver.does('t1', 'power_loss');

  const { entries } = await driver.does('t1', 'state');
  await driver.ends();

  assert.deepEqual([saved, entries.length], ['twice', 0]);
});

test('drafts, locked words, snapshots and wipes go through the line protocol', async () => {
  const driver = new Driver('all');
  const record = driver.random.uuid4();
  const place = { person: ANN, scope: VISIT, lane: 'evidence', record_type: 'block', record };
  await driver.does('t1', 'enrol', { seed: 'all', people: [ANN, BEN] });
  await driver.does('t1', 'write', { operations: [note(record, 'opening')] });
  await driver.does('t1', 'snapshot', { name: 'early' });
  await driver.does('t1', 'draft', { place: { ...place, field: 'place', block: '' }, kind: 'revise', fields: { place: 'kitchen' } });
  await driver.does('t1', 'open_place', { place });
  await driver.does('t1', 'lock');
  const locked = await driver.does('t1', 'write_locked', { text: 'while locked' });
  const unlocked = await driver.does('t1', 'unlock', { person: ANN });
  const drafts = await driver.does('t1', 'take_drafts');
  const revised = await driver.does('t1', 'write', { operations: [{ ...note(record, 'closing'), kind: 'revise', base: 'heads' }] });
  await driver.does('t1', 'kill');
  await driver.does('t1', 'put_back', { name: 'early' });
  const begun = await driver.does('t1', 'start', { person: ANN });
  const state = await driver.does('t1', 'state', { full: true });
  await driver.does('t1', 'flush_step');
  const { safe } = await driver.does('t1', 'state');
  await driver.ends();

  assert.deepEqual([locked.saved, unlocked.joined, drafts.saved[0].saved, revised.saved], ['twice', 1, 'twice', 'twice']);
  assert.deepEqual([begun.report.behind, begun.report.restored], [true, 5]);
  const { fields } = state.folded[ANN].states.find((one) => one.record === record);
  assert.deepEqual(fields.map(([name, voices]) => [name.slice(0, 6), voices.map(([, value]) => value)]), [
    ['place', ['kitchen']], ['text', ['closing']], ['words_', ['while locked']],
  ]);
  assert.equal(safe.length, 6);
});
