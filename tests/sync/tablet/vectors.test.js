/**
 * The tablet's half passes the cases that central's half passes. Shapes: sync/vectors/README.md.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { BodyProblem, readBody, shown, writeBody } from '../../../sync/tablet/body.js';
import { fromBase64, fromHex, fromUtf8, joined, sha256, toBase64, toUtf8 } from '../../../sync/tablet/bytes.js';
import { verifyChain } from '../../../sync/tablet/chain.js';
import { conflicts, fold, sameJson } from '../../../sync/tablet/fold.js';
import { writeContact } from '../../../sync/tablet/contact.js';
import { headerHash, readHeader, Unreadable, writeHeader } from '../../../sync/tablet/header.js';
import { pushLine, readAnswer, readPull, readReceipts, writePush } from '../../../sync/tablet/line.js';
import { writeReport } from '../../../sync/tablet/report.js';
import { writeSealedCopy } from '../../../sync/tablet/sealed_copy.js';
import { aesKey, NotOpened, open, seal, unwrapCarryKey, wrapCarryKey } from '../../../sync/tablet/seal.js';
import { compareKeys } from '../../../sync/simulator/memory_storage.js';

const vectors = (name) => JSON.parse(readFileSync(new URL(`../../../sync/vectors/${name}.json`, import.meta.url), 'utf8'));

/** The bytes of a vector: a string, base64, or parts. */
function bytesOf(value) {
  if (typeof value === 'string') return toUtf8(value);
  if (value.base64 !== undefined) return fromBase64(value.base64);
  return joined(value.parts.map((part) => (typeof part === 'string' ? toUtf8(part) : toUtf8(part.repeat.repeat(part.times)))));
}

const answer = (raw) => ({ status: 200, contentType: '', retryAfter: null, bytes: bytesOf(raw) });
const withoutPrototype = (fields) => Object.assign(Object.create(null), Object.fromEntries(Object.entries(fields)));

for (const { name, raw, header, header_hash, written } of vectors('headers').valid) {
  test(`a header that both halves read: ${name}`, async () => {
    const bytes = bytesOf(raw);

    const read = readHeader(bytes);

    assert.deepEqual(read, header);
    assert.equal(await headerHash(fromUtf8(bytes)), header_hash);
    if (written) assert.equal(writeHeader(header), fromUtf8(bytes));
  });
}

for (const { name, raw, code } of vectors('headers').wrong) {
  test(`a header that both halves refuse: ${name}`, () => {
    assert.throws(() => readHeader(bytesOf(raw)), (problem) => problem instanceof Unreadable && problem.code === code);
  });
}

for (const { name, salt, fields, fields_by_rule, raw, body_hash, body_bytes, written } of vectors('bodies').valid) {
  test(`a body that both halves read: ${name}`, async () => {
    const expected = fields ?? Object.fromEntries(Object.entries(fields_by_rule).map(([field, { repeat, times }]) => [field, repeat.repeat(times)]));
    const bytes = bytesOf(raw);

    const read = readBody(bytes);

    assert.ok(sameJson({ ...read }, { ...expected }));
    assert.equal(bytes.length, body_bytes);
    assert.equal(await sha256(bytes), body_hash);
    if (written) assert.deepEqual(writeBody(withoutPrototype(expected), fromHex(salt)), bytes);
  });
}

for (const { name, raw, code, kind } of vectors('bodies').wrong) {
  test(`a body that both halves refuse: ${name}`, () => {
    assert.throws(() => readBody(bytesOf(raw), kind), (problem) => problem instanceof BodyProblem && problem.code === code);
  });
}

for (const { name, fields } of vectors('bodies').not_written) {
  test(`fields that no half writes: ${name}`, () => {
    assert.throws(() => writeBody(fields, new Uint8Array(16)), BodyProblem);
  });
}

for (const { name, value, shown: expected } of vectors('bodies').shown) {
  test(`words as they are shown: ${name}`, () => {
    assert.deepEqual(shown(value), expected);
  });
}

for (const { name, raw, carry_keys, lines } of vectors('lines').pushes) {
  test(`a push is written as central reads it: ${name}`, (context) => {
    if (lines.some((line) => line.code !== undefined) || /\r|\*not base64/.test(fromUtf8(bytesOf(raw)))) return context.diagnostic('a tablet does not write such a line');
    const rows = carry_keys.map(({ id, lane, ingest, ephemeral, wrapped }) => ({ id, lane, ingest: { id: ingest, ephemeral, wrapped } }));
    const written = lines.map(({ header, carry, sealed }) => pushLine({ header, carry, sealed: sealed ? fromBase64(sealed) : null }));

    assert.equal(fromUtf8(writePush(rows, written)), fromUtf8(bytesOf(raw)));
  });
}

for (const { name, raw, head, carry_keys, lines } of vectors('copies').valid.filter(({ written }) => written)) {
  test(`a sealed copy is written as central reads it (DUR-26): ${name}`, async () => {
    const rows = carry_keys.map(({ id, lane, ingest, ephemeral, wrapped }) => ({ id, lane, ingest: { id: ingest, ephemeral, wrapped } }));
    const written = lines.map(({ header, carry, sealed }) => pushLine({ header, carry, sealed: sealed ? fromBase64(sealed) : null }));

    assert.equal(fromUtf8(await writeSealedCopy(head.copied_at, rows, written)), fromUtf8(bytesOf(raw)));
  });
}

for (const { name, raw, epoch, receipts } of vectors('receipts').valid) {
  test(`receipts are read: ${name}`, () => {
    const read = readReceipts(answer(raw));

    assert.equal(read.epoch, epoch);
    for (const [index, receipt] of receipts.entries()) {
      for (const [key, value] of Object.entries(receipt)) {
        if (value !== null && value !== false) assert.deepEqual(read.receipts[index][key], value, key);
      }
    }
  });
}

for (const { name, raw } of vectors('receipts').wrong) {
  test(`what is not from central gives no receipt: ${name}`, () => {
    assert.equal(readReceipts(answer(raw)), null);
  });
}

for (const { name, raw, head, rows } of vectors('pull').valid) {
  test(`a page is read: ${name}`, () => {
    const page = readPull(answer(raw), head);

    assert.equal(page.more, head.more);
    assert.equal(page.epoch, head.epoch);
    assert.deepEqual(page.rows.map(({ position, receivedAt, headerText, body }) => [position, receivedAt, headerText, body && fromUtf8(body)]),
      rows.map(({ position, received_at, header, body }) => [position, received_at, header, body === null ? null : fromUtf8(bytesOf(body))]));
  });
}

for (const { name, raw } of vectors('pull').wrong) {
  test(`a page that is not whole changes nothing: ${name}`, () => {
    const { head } = vectors('pull').valid[0];

    assert.equal(readPull(answer(raw), head), null);
  });
}

/** What only the comparing of manifests looks at (manifests.test.js). */
const FOUND_LATER = new Set(['a negative count', 'something redacted that is no operation', 'redacted, but no list']);

for (const [wrong, format] of [['wrong_keys', 'fieldwork-keys/1'], ['wrong_manifests', 'fieldwork-manifest/1']]) {
  for (const { name, raw } of vectors('exchanges')[wrong].filter(({ name: one }) => !FOUND_LATER.has(one))) {
    test(`an answer that is not from central, ${wrong}: ${name}`, () => {
      assert.equal(readAnswer(answer(raw), format), null);
    });
  }
}

for (const { name, raw, report: { format: _format, report, found_at, persisted, ...found } } of vectors('reports').valid) {
  test(`a report is written as central reads it: ${name}`, () => {
    assert.equal(fromUtf8(writeReport({ report, found_at, found }, persisted)), raw);
  });
}

for (const { name, raw, epoch, report } of vectors('reports').answers) {
  test(`an answer to a report is read: ${name}`, () => {
    assert.deepEqual(readAnswer(answer(raw), 'fieldwork-reported/1'), { format: 'fieldwork-reported/1', epoch, report });
  });
}

for (const { name, raw, contact } of vectors('contacts').valid) {
  test(`a contact is written as central reads it: ${name}`, () => {
    const backwards = Object.fromEntries(Object.entries(contact).reverse());

    assert.equal(fromUtf8(writeContact(backwards)), raw);
  });
}

for (const { name, raw, epoch } of vectors('contacts').answers) {
  test(`an answer to a contact is read: ${name}`, () => {
    assert.deepEqual(readAnswer(answer(raw), 'fieldwork-contacted/1'), { format: 'fieldwork-contacted/1', epoch });
  });
}

for (const { name, raw } of vectors('contacts').wrong_answers) {
  test(`what is no answer to a contact: ${name}`, () => {
    assert.equal(readAnswer(answer(raw), 'fieldwork-contacted/1'), null);
  });
}

const importedKey = (jwk) => crypto.subtle.importKey('jwk', jwk, { name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);

for (const one of vectors('seal').wraps) {
  test(`a carry key is wrapped as central unwraps it: ${one.name}`, async () => {
    const info = `${one.info} ${one.lane}`;
    const ephemeral = { privateKey: await importedKey(one.ephemeral_jwk), public: fromBase64(one.ephemeral) };

    const wrap = await wrapCarryKey({
      carryKey: fromHex(one.carry_key), id: one.carry_id, to: fromBase64(one.public), info, ephemeral, nonce: fromHex(one.nonce),
    });

    assert.deepEqual(wrap, { ephemeral: one.ephemeral, wrapped: one.wrapped });
    assert.deepEqual(await unwrapCarryKey(await importedKey(one.private_jwk), wrap, one.carry_id, info), fromHex(one.carry_key));
  });
}

for (const one of vectors('seal').wraps_not_opened) {
  test(`a carry key that does not open: ${one.name}`, async () => {
    const opening = async () => unwrapCarryKey(await importedKey(one.private_jwk), one, one.carry_id, `${one.info} ${one.lane}`);

    await assert.rejects(opening, NotOpened);
  });
}

for (const one of vectors('seal').entries) {
  test(`an entry is sealed as central opens it: ${one.name}`, async () => {
    const key = await aesKey(fromHex(one.carry_key));

    const sealed = await seal(key, fromHex(one.nonce), toUtf8(one.header), bytesOf(one.body));

    assert.equal(toBase64(sealed), one.sealed);
    assert.deepEqual(await open(key, toUtf8(one.header), sealed), bytesOf(one.body));
  });
}

for (const one of vectors('seal').entries_not_opened) {
  test(`an entry that does not open: ${one.name}`, async () => {
    await assert.rejects(async () => open(await aesKey(fromHex(one.carry_key)), toUtf8(one.header), fromBase64(one.sealed)), NotOpened);
  });
}

/** Some orders of a list, all of them when it is short. */
function orders(list) {
  if (list.length <= 1) return [list];
  if (list.length > 5) return [list, [...list].reverse(), ...list.map((_, at) => [...list.slice(at), ...list.slice(0, at)])];
  return list.flatMap((one, at) => orders([...list.slice(0, at), ...list.slice(at + 1)]).map((rest) => [one, ...rest]));
}

for (const { name, operations, state } of vectors('fold').cases) {
  test(`operations add up to the same, in any order: ${name}`, () => {
    for (const order of orders(operations)) {
      const folded = fold(order);

      const told = folded && {
        record_type: folded.record_type, record: folded.record, heads: folded.heads, withdrawn: folded.withdrawn, operations: folded.operations,
        fields: Object.fromEntries([...folded.fields].map(([field, voices]) => [field, voices.map(({ operation, value }) => [operation, value])])),
        conflicts: conflicts(folded),
      };
      assert.deepEqual(told && { ...told, conflicts: [...told.conflicts].sort() }, state && { ...state, conflicts: [...state.conflicts].sort() });
    }
  });
}

for (const { name, headers, problem } of vectors('chain').cases) {
  test(`a chain is judged alike: ${name}`, async () => {
    assert.deepEqual(await verifyChain(headers.map(bytesOf)), problem);
  });
}

test('keys are ordered as IndexedDB orders them', () => {
  const keys = [['a', 2], ['a', []], ['a'], ['b'], ['a', 10], ['a', 'x'], 'z', 'a'];

  keys.sort(compareKeys);

  assert.deepEqual(keys, ['a', 'z', ['a'], ['a', 2], ['a', 10], ['a', 'x'], ['a', []], ['b']]);
});
