/**
 * Hosts any number of simulated tablets, running the very files that ship, driven line by line over stdin and stdout.
 *
 *     node sync/simulator/node_tablets.js
 *
 * Every line either way is one JSON object in ASCII. Python keeps the time, the wire and the order of things; nothing in
 * here reads a clock, a socket or chance that is not seeded. To replay byte for byte, send the next command only when
 * the one before has been replied to or has printed its `request`.
 *
 * ## From Python
 *
 * A command: `{"id": 7, "do": "write", "tablet": "t1", "tab": 1, "now": "2025-02-11T10:05:00.000Z", …}`
 *
 *   id      any number; it comes back in the reply
 *   tablet  the tablet's name, chosen by Python
 *   tab     which of the tabs open on it, from 1; 1 when left out
 *   now     sets that tablet's clock before the command runs; it stays until set again
 *
 * An answer to a request: `{"answer": 3, "status": 200, "content_type": "…", "retry_after": null, "body": "<base64>"}`,
 * or, when the line is cut, `{"fail": 3}`.
 *
 * `{"forget": "s7-1."}`: the tablets whose names begin so are needed no more, and nothing of them stays. No reply.
 *
 * ## To Python
 *
 *   {"request": 3, "tablet": "t1", "tab": 1, "method": "POST", "path": "/sync/push", "headers": {…}, "body": "<base64>"|null}
 *   {"id": 7, "ok": {…}}             the command is done; what is in `ok` stands below
 *   {"id": 7, "crashed": "point"}    the worker died before it was done: the name of the crash point, "kill" or "power_loss"
 *   {"id": 7, "problem": "quota"}    a port failed and the program says so: "quota", "gone" or "failed". Nothing is half done;
 *                                    after a `start` the worker is there and must be killed and started again
 *   {"id": 7, "error": "…"}          the command was wrong, or a bug was met; with the stack
 *
 * A request of a worker that has died stays without effect; it may be answered or not.
 *
 * ## Commands
 *
 *   enrol      {seed, people: [ids], mutant?, relaxed?}  A new tablet: starts it, fetches the office's keys (a request),
 *              makes the people's key pairs, unlocks for the first. `mutant` is a name in mutants.js; `relaxed` leaves
 *              commits unsynced. ok: {report, keys: {problem, lanes, epochChanged}}. When `keys.problem` is not null
 *              nothing can be written yet: send `keys_step` later.
 *   start      {person?, arm?: {point, power?, tear?}}  A worker starts on a tablet that has none: reconciles; with `person`,
 *              unlocks. `arm` as `arm_crash`, so that a start can be cut off. Drafts found are left for `take_drafts`.
 *              ok: {report, unlocked, unopened, joined, tab: 1, reports_due: [id] that wait to be sent}
 *   second_tab {person?, arm?}  As `start`, beside what is open. ok: the same, with the number of the new `tab`
 *   kill       {}  All workers of the tablet die; what was written stays. ok: {}
 *   power_loss {tear?}  As `kill`, and all that was not synced is gone; `tear` (0 to 1) is the part of unflushed journal
 *              bytes that stays. ok: {}
 *   arm_crash  {point, power?, tear?}  At the `point`-th crash point that this tab passes from now (1 is the next), the browser
 *              is killed with all its tabs; with `power`, the tablet loses power. `start` it again then. ok: {points}
 *   unlock     {person}  Words written while locked join their records. ok: {unlocked, unopened, joined}
 *   lock       {}  ok: {}
 *   write      {operations: [{kind, scope, lane, record_type, record, fields?, base?, redacts?, reason?, operation?, person?}],
 *              between?}  All in one commit. `base: "heads"` takes the record's heads as this tab sees them (unlocked only);
 *              `operation` is drawn when left out, `person` is who is unlocked. `between` is a list of whole commands for
 *              other tabs of this tablet, run just before the commit: how two tabs race. Save is told as it would be
 *              told to a person. ok: {saved: "twice"|"once"|"no", problem, cause, again, operations: [{operation, stream,
 *              sequence, header_hash, body_hash}], between: [replies]}
 *   draft      {place: {person, scope, lane, record_type, record, field, block}, kind, base, started_from, fields, operation?}  ok: {operation}
 *   take_drafts {}  Every draft of the unlocked person becomes an operation. ok: {saved: [as write]}
 *   open_place {place: {person, scope, lane, record_type, record} | null}  The interview that is open. ok: {}
 *   write_locked {text, mark?}  Into the open place, locked or not. ok: as write
 *   flush_step {}  At most one push. ok: {sent, safe, held, attention, left, problem, epochChanged, wait_ms}
 *   pull_step  {scope, lane}  At most one page; unlocked only. ok: {problem, after, more, count, redacted, begunAgain, epochChanged, drafts_redacted}
 *   manifest_step {}  ok: {problem, agreed, offered, purged_missing, newIncarnation, epochChanged, redacted}
 *   reports    {}  Those that wait and may be sent. ok: {reports: [id]}
 *   report_step {}  ok: {asked, taken, left, problem, retryAfter, epochChanged}
 *   keys_step  {}  ok: {problem, lanes, epochChanged}
 *   purge      {stream, to}  ok: {purged}
 *   repack     {scope, lane}  ok: {}
 *   fault      {storage?: {kind, commits, reads?, room_bytes?} | null, journal?: {kind, writes} | null}  The next so many fail; kinds
 *              are "quota", "gone", "failed". With `room_bytes` only commits that bring more. ok: {}
 *   snapshot   {name}, put_back {name}  The unsent database as it lies on the disk, kept and put back. ok: {}
 *   wipe       {what: ["database" | "journal" | "sentinel" | "pulled"]}  With no worker running. ok: {}
 *   state      {full?}  What lies on the tablet, seen from outside; draws no chance and passes no point. ok:
 *              {counts: {unsent, held, quarantined, unreadable, waiting, safe, written, oldest_at, waiting_by_person},
 *               attention: [{stream, sequence, operation, standing, code, at_office, minted_at}],
 *               entries: [{operation, stream, sequence, header_hash, body_hash, words, opens}]  words: the sealed body is there;
 *               opens: its author gets the words from it that the header speaks of
 *               journal: [{operation, header_hash, words, opens}], safe: [operation], outbox: [operation], drafts: count, reports: [id] that wait,
 *               reports_due: [id] of those that a start has closed, incarnation, epoch, manifest_due,
 *               pulled: {person: {"scope lane": {after, epoch, complete, digest, operations: [[position, header_hash, body_hash|null]]}}},
 *               folded: {}; when `full`, {person: {digest, records: count, conflicts: count, states: [{record, record_type, heads,
 *               withdrawn, fields: [[name, [[operation, value]]]]}], sorted}}}
 *              `pulled[…].digest` is SHA-256 over "<position> <header_hash> <body_hash or ->\n" for each operation in order.
 *              The folded state is that of pulled and own entries together.
 *   points     {}  How often each kind of crash point was passed on this tablet, over all its lives. ok: {points: {name: count}}
 */
import { createInterface } from 'node:readline';

import './crypto_at_once.js';

import { fromBase64, toBase64 } from '../tablet/bytes.js';
import { NetworkProblem, StorageProblem } from '../tablet/ports.js';
import { COMMANDS } from './node_commands.js';
import { SimulatedTablet } from './simulated_tablet.js';

/** @type {Map<string, SimulatedTablet>} */
const tablets = new Map();

/** @type {Map<number, {tablet: string, resolve: (answer: any) => void, reject: (problem: Error) => void}>} */
const asked = new Map();
let requests = 0;

/** @param {object} line */
function print(line) {
  // Escaped to ASCII, so that no pipe and no terminal has a say in it.
  const text = JSON.stringify(line).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  process.stdout.write(`${text}\n`);
}

/** @param {string} tablet @param {() => number} tab @returns {import('../tablet/ports.js').Network} */
const wire = (tablet, tab) => ({
  send: ({ method, path, headers, body }) => new Promise((resolve, reject) => {
    requests += 1;
    asked.set(requests, { tablet, resolve, reject });
    print({ request: requests, tablet, tab: tab(), method, path, headers, body: body === null ? null : toBase64(body) });
  }),
});

/** @param {any} line */
function answered(line) {
  const number = line.answer ?? line.fail;
  const waiting = asked.get(number);
  asked.delete(number);
  if (waiting === undefined) return;
  if (line.fail !== undefined) waiting.reject(new NetworkProblem());
  else {
    waiting.resolve({
      status: line.status, contentType: line.content_type ?? '', retryAfter: line.retry_after ?? null, bytes: fromBase64(line.body ?? ''),
    });
  }
}

/** @param {string} prefix */
function forget(prefix) {
  for (const name of tablets.keys()) if (name.startsWith(prefix)) tablets.delete(name);
  for (const [number, { tablet }] of asked) if (tablet.startsWith(prefix)) asked.delete(number);
}

/** @param {any} command @returns {Promise<object>} the reply, without its id */
async function run(command) {
  if (command.do === 'enrol') {
    if (tablets.has(command.tablet)) throw new Error('there is a tablet of that name');
    tablets.set(command.tablet, new SimulatedTablet(command.seed, (tab) => wire(command.tablet, tab)));
  }
  const tablet = tablets.get(command.tablet);
  if (tablet === undefined) throw new Error(`no tablet ${command.tablet}`);
  if (command.now !== undefined) tablet.now = command.now;
  const deed = COMMANDS[command.do];
  if (deed === undefined) throw new Error(`no command ${command.do}`);
  // A life that ends takes its deed with it: the promise below never comes back, and this one does.
  return Promise.race([
    deed(tablet, command, run).then((ok) => ({ ok })),
    tablet.lifeOf(command).then((point) => ({ crashed: point })),
  ]);
}

/** @param {any} problem */
const reported = (problem) => (problem instanceof StorageProblem ? { problem: problem.kind } : { error: String(problem?.stack ?? problem) });

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('line', (/** @type {string} */ text) => {
  if (text.trim() === '') return;
  const line = JSON.parse(text);
  if (line.forget !== undefined) forget(line.forget);
  else if (line.answer !== undefined || line.fail !== undefined) answered(line);
  else run(line).catch(reported).then((reply) => print({ id: line.id, ...reply }));
});
lines.on('close', () => process.exit(0));
