/** The table of contents of the tablet: every address it answers to, room by room. */
import * as activities from './activities.js';
import * as blocks from './blocks.js';
import * as codings from './codings.js';
import * as conflicts from './conflicts.js';
import * as enrolment from './enrolment.js';
import * as evidence from './evidence.js';
import * as finding_words from './finding_words.js';
import * as locking from './locking.js';
import * as only_here from './only_here.js';
import * as passkeys from './passkeys.js';
import * as people from './people.js';
import * as readable_copies from './readable_copies.js';
import * as record_receipts from './record_receipts.js';
import * as screening from './screening.js';
import * as sealed_copies from './sealed_copies.js';
import * as two_counts from './two_counts.js';
import * as unlocking from './unlocking.js';
import * as visits from './visits.js';

/** @type {import('./router.js').Route[]} */
export const ROUTES = [
  { method: 'GET', path: '/tablet/', handler: visits.browse },
  { method: 'GET', path: '/tablet/enrol', handler: enrolment.ask, enrolled: false, locked: true },
  { method: 'POST', path: '/tablet/enrol', handler: enrolment.enrol, enrolled: false, locked: true },
  { method: 'GET', path: '/tablet/unlock', handler: unlocking.ask, locked: true },
  { method: 'POST', path: '/tablet/unlock', handler: unlocking.unlock, locked: true },
  { method: 'POST', path: '/tablet/unlock/passkey', handler: unlocking.unlockWithPasskey, locked: true },
  { method: 'POST', path: '/tablet/lock', handler: unlocking.lock, locked: true },
  { method: 'POST', path: '/tablet/locked-words', handler: unlocking.write, locked: true },
  { method: 'GET', path: '/tablet/people', handler: people.browse, locked: true },
  { method: 'POST', path: '/tablet/people', handler: people.choose, locked: true },
  { method: 'GET', path: '/tablet/locking', handler: locking.show },
  { method: 'POST', path: '/tablet/locking', handler: locking.update },
  { method: 'GET', path: '/tablet/passkeys', handler: passkeys.show },
  { method: 'POST', path: '/tablet/passkeys', handler: passkeys.create },
  { method: 'GET', path: '/tablet/passkeys/new', handler: passkeys.draft },
  { method: 'POST', path: '/tablet/passkeys/passphrase', handler: passkeys.prove },
  { method: 'POST', path: '/tablet/passkeys/leave', handler: passkeys.leave },
  { method: 'POST', path: '/tablet/passkeys/remove', handler: passkeys.remove },
  { method: 'GET', path: '/tablet/visits/:visit', handler: visits.show },
  { method: 'GET', path: '/tablet/visits/:visit/counts', handler: two_counts.show },
  { method: 'POST', path: '/tablet/visits/:visit/counts', handler: two_counts.send },
  { method: 'GET', path: '/tablet/visits/:visit/activities/new', handler: activities.draft },
  { method: 'POST', path: '/tablet/visits/:visit/activities', handler: activities.create },
  { method: 'GET', path: '/tablet/evidence/:evidence', handler: evidence.show },
  { method: 'GET', path: '/tablet/evidence/:evidence/write', handler: evidence.write },
  { method: 'POST', path: '/tablet/evidence/:evidence/screened', handler: screening.screen },
  { method: 'POST', path: '/tablet/evidence/:evidence/finish', handler: evidence.finish },
  { method: 'GET', path: '/tablet/evidence/:evidence/readable-copy', handler: readable_copies.draft },
  { method: 'POST', path: '/tablet/evidence/:evidence/readable-copy', handler: readable_copies.create },
  { method: 'GET', path: '/tablet/evidence/:evidence/receipt', handler: record_receipts.show },
  { method: 'POST', path: '/tablet/evidence/:evidence/receipt', handler: record_receipts.create },
  { method: 'GET', path: '/tablet/evidence/:evidence/blocks', handler: blocks.browse },
  { method: 'POST', path: '/tablet/evidence/:evidence/blocks', handler: blocks.create },
  { method: 'GET', path: '/tablet/blocks/:block', handler: blocks.show },
  { method: 'GET', path: '/tablet/blocks/:block/edit', handler: blocks.edit },
  { method: 'POST', path: '/tablet/blocks/:block', handler: blocks.update },
  { method: 'POST', path: '/tablet/blocks/:block/withdraw', handler: blocks.withdraw },
  { method: 'GET', path: '/tablet/blocks/:block/code', handler: codings.draft },
  { method: 'POST', path: '/tablet/blocks/:block/codings', handler: codings.create },
  { method: 'GET', path: '/tablet/codings/:coding', handler: codings.show },
  { method: 'POST', path: '/tablet/codings/:coding/withdraw', handler: codings.withdraw },
  { method: 'GET', path: '/tablet/visits/:visit/conflicts', handler: conflicts.browse },
  { method: 'GET', path: '/tablet/conflicts/:record', handler: conflicts.show },
  { method: 'POST', path: '/tablet/conflicts/:record', handler: conflicts.update },
  { method: 'GET', path: '/tablet/find', handler: finding_words.find },
  { method: 'POST', path: '/tablet/find', handler: finding_words.search },
  { method: 'GET', path: '/tablet/only-here', handler: only_here.show },
  { method: 'POST', path: '/tablet/only-here', handler: only_here.send },
  { method: 'GET', path: '/tablet/sealed-copy', handler: sealed_copies.draft, locked: true, always: true },
  { method: 'POST', path: '/tablet/sealed-copy', handler: sealed_copies.create, locked: true, always: true },
];
