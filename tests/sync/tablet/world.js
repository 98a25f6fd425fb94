/**
 * A small world for the tests of the tablet: an office that keeps the promise in a few lines, a wire that can be read,
 * a clock made of integers, and inspectors with tablets.
 */
import { createHash } from 'node:crypto';

import { MemoryDevice } from '../../../sync/simulator/memory_device.js';
import { seededKeyMaking, seededRandom, uuid7 } from '../../../sync/simulator/seeded.js';
import { fromBase64, fromUtf8, toBase64, toUtf8 } from '../../../sync/tablet/bytes.js';
import { readHeader, streamOf } from '../../../sync/tablet/header.js';
import { makePersonKeys, unlockPersonKeys } from '../../../sync/tablet/keys.js';
import { keepPerson, personRow } from '../../../sync/tablet/kept_keys.js';
import { keysStep } from '../../../sync/tablet/ingest.js';
import { manifestStep } from '../../../sync/tablet/manifest.js';
import { NetworkProblem } from '../../../sync/tablet/ports.js';
import { pullStep } from '../../../sync/tablet/pull.js';
import { Pusher } from '../../../sync/tablet/push.js';
import { reconcile } from '../../../sync/tablet/reconcile.js';
import { loadReplica } from '../../../sync/tablet/replica.js';
import { save } from '../../../sync/tablet/save.js';
import { aesKey, ingestInfo, NotOpened, open, unwrapCarryKey } from '../../../sync/tablet/seal.js';

export const VISIT = 'visit:33333333-3333-4333-8333-333333333333';
export const ANN = '22222222-2222-4222-8222-222222222221';
export const BEN = '22222222-2222-4222-8222-222222222222';
const KEK = new Uint8Array(32).fill(7);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

export class World {
  constructor(seed = 'world') {
    this.random = seededRandom(seed);
    this.time = Date.parse('2025-02-11T10:00:00.000Z');
    this.clock = { now: () => new Date(this.time).toISOString() };
    this.office = new Office(this.random);
    this.wire = [];
    /** Answers something else than the office would: (request, ask) => answer. */
    this.between = (request, ask) => ask(request);
    this.network = {
      send: async (request) => {
        this.wire.push(`${request.method} ${request.path}`);
        return this.between(request, (asked) => this.office.answer(asked));
      },
    };
    this.devices = 0;
  }

  ticks(milliseconds = 1000) {
    this.time += milliseconds;
  }

  operationId() {
    this.ticks(1);
    return uuid7(this.random, this.clock.now());
  }

  newDevice() {
    this.devices += 1;
    return new MemoryDevice(`device ${this.devices}`, this.clock, this.network);
  }

  /** A tablet that has been started for the first time, with its people enrolled and the office's keys fetched. */
  async enrolled(people = [ANN], device = this.newDevice()) {
    const tab = await this.starts(device);
    await keysStep(tab.tablet);
    for (const person of people) {
      const { row } = await makePersonKeys(person, tab.tablet, { way: 'passphrase', parameters: {}, kek: KEK });
      await keepPerson(tab.tablet, row);
    }
    await tab.unlocks(people[0]);
    return tab;
  }

  async starts(device) {
    const tab = new Tab(this, device);
    tab.report = await reconcile(tab.tablet);
    return tab;
  }

  offline() {
    this.between = async () => {
      throw new NetworkProblem();
    };
  }

  online() {
    this.between = (request, ask) => ask(request);
  }
}

/** From now on: every request that reads this tablet's unsent database outside a commit, by the store. @param {Tab} tab */
export function readsOf({ storage }) {
  const asked = [];
  for (const how of ['read', 'range', 'count']) {
    const before = storage[how];
    storage[how] = (store, ...rest) => {
      asked.push(store);
      return before(store, ...rest);
    };
  }
  return asked;
}

export class Tab {
  constructor(world, device) {
    Object.assign(this, { world, device });
    const { tablet, life } = device.start();
    Object.assign(this, { tablet, life, pusher: new Pusher(tablet), keys: null, replica: null });
  }

  get storage() {
    return this.tablet.storage;
  }

  async unlocks(person) {
    this.keys = await unlockPersonKeys(await personRow(this.storage, person), 'passphrase', KEK);
    this.tablet.pulled = this.device.pulledOf(person, this.life);
    this.tablet.keys = this.keys;
    await this.reloads();
  }

  async reloads() {
    const { replica, unopened } = await loadReplica(this.tablet, this.keys);
    Object.assign(this, { replica, unopened });
  }

  intention(fields, more = {}) {
    const { world } = this;
    return {
      operation: world.operationId(), person: this.keys?.person ?? ANN, scope: VISIT, lane: 'evidence', record_type: 'block',
      record: world.random.uuid4(), kind: 'create', base: [], fields, ...more,
    };
  }

  writes(fields, more = {}) {
    return save(this.tablet, [this.intention(fields, more)]);
  }

  saves(intentions, options) {
    return save(this.tablet, intentions, options);
  }

  pushes() {
    return this.pusher.step();
  }

  async pushesAll(rounds = 20) {
    let result;
    for (let round = 0; round < rounds; round += 1) {
      this.world.ticks(60_000);
      result = await this.pushes();
      if (result.left === 0) break;
    }
    return result;
  }

  async pulls(lane = 'evidence') {
    let result;
    do result = await pullStep(this.tablet, this.keys, VISIT, lane);
    while (result.more);
    await this.reloads();
    return result;
  }

  compares() {
    return manifestStep(this.tablet);
  }

  async entries() {
    return (await this.storage.range('entries')).map(({ value }) => value);
  }

  texts() {
    return this.replica.all().map((state) => state.fields.get('text')?.map(({ value }) => value)).filter(Boolean).flat().sort();
  }
}

/** Central in a few lines: enough of PROTOCOL.md 4 to answer a tablet. The real one is tested in Python. */
export class Office {
  constructor(random) {
    this.random = random;
    this.keyMaking = seededKeyMaking(random);
    this.epoch = random.uuid4();
    this.pairs = new Map();
    this.carryKeys = new Map();
    this.streams = new Map();
    this.held = new Map();
    this.positions = new Map();
    this.refused = new Set();
    /** What tablets found at their starts, by the report's id. */
    this.reports = new Map();
    /** What tablets said is still on them, in the order in which it came. */
    this.contacts = [];
  }

  backup() {
    return { streams: structuredClone(this.streams), positions: structuredClone(this.positions), carryKeys: new Map(this.carryKeys) };
  }

  restore(backup) {
    Object.assign(this, structuredClone(backup), { epoch: this.random.uuid4(), held: new Map() });
  }

  async answer({ method, path, body }) {
    if (path === '/sync/keys') return this.json({ format: 'fieldwork-keys/1', ingest: await this.ingest() });
    if (path === '/sync/push') return this.json({ format: 'fieldwork-receipts/1', receipts: await this.push(fromUtf8(body)) });
    if (path === '/sync/manifest') return this.json({ format: 'fieldwork-manifest/1', streams: this.manifest(JSON.parse(fromUtf8(body))) });
    if (path === '/sync/contact') {
      this.contacts.push(JSON.parse(fromUtf8(body)));
      return this.json({ format: 'fieldwork-contacted/1' });
    }
    if (path === '/sync/report') return this.json({ format: 'fieldwork-reported/1', report: this.report(JSON.parse(fromUtf8(body))) });
    return this.pull(new URL(path, 'http://office.invalid').searchParams, method);
  }

  json(value) {
    const bytes = toUtf8(JSON.stringify({ epoch: this.epoch, ...value }));
    return { status: 200, contentType: 'application/json', retryAfter: null, bytes };
  }

  async ingest() {
    for (const lane of ['evidence', 'vault', 'concern']) {
      if (!this.pairs.has(lane)) this.pairs.set(lane, { id: this.random.uuid4(), ...await this.keyMaking.pair() });
    }
    return [...this.pairs].map(([lane, { id, public: point }]) => ({ id, lane, public: toBase64(point) }));
  }

  stream(header) {
    const key = streamOf(header);
    if (!this.streams.has(key)) this.streams.set(key, []);
    return this.streams.get(key);
  }

  redactedBy(operation) {
    return [...this.streams.values()].flat().some(({ header }) => header.redacts?.includes(operation));
  }

  async push(text) {
    const [head, ...lines] = text.split('\n').slice(0, -1);
    for (const key of JSON.parse(head).carry_keys) this.carryKeys.set(key.id, key);
    const receipts = [];
    for (const line of lines) receipts.push(await this.judge(line));
    return receipts;
  }

  async judge(line) {
    const [headerText, carry, sealed] = line.split('\t');
    const header = readHeader(toUtf8(headerText));
    const told = { operation: header.operation, sequence: header.sequence, header_hash: sha256(headerText) };
    if (this.refused.has(header.operation)) return { line: 2, verdict: 'unreadable', code: 'refused', line_hash: sha256(line) };
    const stored = this.stream(header);
    const known = stored[header.sequence - 1];
    if (known !== undefined && known.held && this.redactedBy(header.operation)) this.position(known);
    if (known !== undefined && !known.held) {
      if (known.headerText !== headerText) return { ...told, body_hash: null, verdict: 'quarantined', code: 'fork' };
      return { ...told, verdict: 'duplicate', body_hash: known.body === null ? null : sha256(known.body), redacted: known.body === null };
    }
    if (known === undefined && header.sequence !== stored.length + 1) {
      this.held.set(`${streamOf(header)} ${header.sequence}`, line);
      return { ...told, body_hash: null, verdict: 'held', code: 'gap' };
    }
    const before = stored[header.sequence - 2];
    if (header.previous !== (before === undefined ? null : sha256(before.headerText))) throw new Error('the chain is broken');
    let body = null;
    if (!this.redactedBy(header.operation)) {
      if (sealed === '') {
        stored[header.sequence - 1] = { header, headerText, body: null, held: true };
        await this.closeGap(header);
        return { ...told, body_hash: null, verdict: 'held', code: 'body_missing' };
      }
      body = await this.opened(header, headerText, carry, fromBase64(sealed));
      if (sha256(body) !== header.body_hash) throw new Error('another body');
    }
    const row = { header, headerText, body: body === null ? null : fromUtf8(body) };
    stored[header.sequence - 1] = row;
    this.position(row);
    for (const operation of header.redacts ?? []) this.drop(operation);
    await this.closeGap(header);
    return { ...told, verdict: 'stored', body_hash: body === null ? null : sha256(body), redacted: body === null };
  }

  position(row) {
    const place = `${row.header.scope} ${row.header.lane}`;
    row.held = false;
    this.positions.set(place, [...this.positions.get(place) ?? [], row]);
  }

  async closeGap(header) {
    const next = this.held.get(`${streamOf(header)} ${header.sequence + 1}`);
    if (next !== undefined) await this.judge(next);
  }

  drop(operation) {
    for (const row of [...this.streams.values(), ...this.positions.values()].flat()) {
      if (row.header.operation !== operation) continue;
      row.body = null;
      if (row.held) this.position(row);
    }
  }

  async opened(header, headerText, carry, sealed) {
    const key = this.carryKeys.get(carry);
    if (key === undefined) throw new NotOpened();
    const carryKey = await unwrapCarryKey(this.pairs.get(header.lane).privateKey, key, carry, ingestInfo(header.lane));
    return open(await aesKey(carryKey), toUtf8(headerText), sealed);
  }

  report({ report, ...found }) {
    if (!this.reports.has(report)) this.reports.set(report, found);
    return report;
  }

  manifest({ streams }) {
    return streams.map((stream) => {
      const stored = this.streams.get(streamOf(stream)) ?? [];
      const head = stored.length === 0 ? null : sha256(stored.at(-1).headerText);
      const redacted = stored.filter(({ header, body, held }) => !held && header.kind !== 'redact' && body === null).map(({ header }) => header.operation);
      return { count: stored.length, highest: stored.length, head, ...(redacted.length === 0 ? {} : { redacted }) };
    });
  }

  pull(parameters) {
    const [scope, lane, after] = ['scope', 'lane', 'after'].map((name) => parameters.get(name));
    const all = this.positions.get(`${scope} ${lane}`) ?? [];
    const rows = all.slice(Number(after), Number(after) + (this.pageRows ?? 3));
    const last = Number(after) + rows.length;
    const head = { format: 'fieldwork-pull/1', epoch: this.epoch, scope, lane, after: Number(after), last, more: last < all.length };
    const lines = rows.map(({ headerText, body }, at) => `${Number(after) + at + 1}\t2025-02-11T18:00:00.000Z\t${headerText}\t${body ?? ''}`);
    return {
      status: 200, contentType: 'application/fieldwork-lines', retryAfter: null, bytes: toUtf8([JSON.stringify(head), ...lines, ''].join('\n')),
    };
  }

  /** What is here, as (author, number, body or null). */
  get stored() {
    return [...this.streams.values()].flat();
  }

  bodies() {
    return this.stored.map(({ body }) => (body === null ? null : JSON.parse(body).fields.text));
  }
}
