/**
 * Locking and unlocking. Locked means cannot read, never cannot write (design 3).
 *
 * Whoever has added a passkey is asked for it first; the passphrase stands under it and always opens. Nothing that fails here deletes
 * anything. While an interview is open, the locked screen has a box that only takes words in; what is written there is sealed to public
 * keys and joins the record at unlock.
 */
import { readingToken } from './enrolment.js';
import { enrolments } from './enrolment_kept.js';
import { kindOf, speakerOf } from './evidence.js';
import { uuid7 } from './identifiers.js';
import { lockedWords } from './pages/locking.js';
import { OTHER_KEYS, passkeyButton, problemOf } from './pages/passkeys.js';
import { kekFrom } from './passkeys.js';
import { forgetTries, tryPassphrase } from './passphrases.js';
import { expectPassphrase } from './ports/argon2.js';
import { placeOf } from './places.js';
import { Session } from './session.js';
import { STATES, stateOfSaving } from './states.js';
import { unlockPersonKeys } from '../../sync/tablet/keys.js';
import { personRow } from '../../sync/tablet/kept_keys.js';
import { LOCKED_WORDS, openPlace, writeLocked } from '../../sync/tablet/locked.js';
import { countOutbox } from '../../sync/tablet/outbox.js';
import { passkeyOf } from '../../sync/tablet/passkey.js';
import { save } from '../../sync/tablet/save.js';

/** @type {import('./router.js').Handler} */
export async function ask(application) {
  expectPassphrase();
  return sealed(application, { error: '', saved: { kind: 'tablet', words: '' }, status: 200 });
}

/** @type {import('./router.js').Handler} */
export async function unlock(application, { form }) {
  const { tablet, enrolment } = application;
  if (enrolment === null) return { seeOther: '/tablet/enrol' };
  const tried = await tryPassphrase(tablet, enrolment.person, String(form.get('passphrase') ?? ''));
  if ('error' in tried) return sealed(application, { error: tried.error, saved: nothing, status: 422 });
  return enter(application, enrolment, tried.keys);
}

/** What the passkey gave, or that it gave nothing. No try is counted: there is nothing to guess at. @type {import('./router.js').Handler} */
export async function unlockWithPasskey(application, { form, passkeyOutput }) {
  const { tablet, enrolment } = application;
  if (enrolment === null) return { seeOther: '/tablet/enrol' };
  // The passphrase was typed while the tablet asked.
  if (application.session !== null) return { seeOther: '/tablet/' };
  const row = await personRow(tablet.storage, enrolment.person);
  const passkey = passkeyOf(row);
  // Somebody else was chosen while the tablet asked, or it was removed in another tab.
  if (row === undefined || passkey === null || form.get('credential') !== passkey.credential) return ask(application, /** @type {any} */ (null));
  const kek = passkeyOutput === null ? null : await kekFrom(passkeyOutput, passkey.salt);
  const keys = kek === null ? null : await unlockPersonKeys(row, 'passkey', kek);
  if (keys !== null) {
    await forgetTries(tablet, enrolment.person);
    return enter(application, enrolment, keys);
  }
  const problem = passkeyOutput === null ? problemOf(String(form.get('outcome') ?? ''), 'unlocking') : OTHER_KEYS;
  return sealed(application, { error: '', problem, saved: nothing, status: 422 });
}

/**
 * The tablet is this person's from here on: their words are read, and what was written meanwhile joins its record. Once: a passkey may answer
 * while the passphrase is being stretched, and both then open the same session.
 * @param {import('./application.js').Application} application @param {import('./enrolment_kept.js').Enrolment} enrolment
 * @param {import('../../sync/tablet/keys.js').PersonKeys} keys @returns {Promise<import('./router.js').Elsewhere | import('./router.js').Shown>}
 */
async function enter(application, enrolment, keys) {
  // Somebody else was chosen while the passphrase was being stretched: they must not find this person's notes open.
  if (application.enrolment?.person !== enrolment.person) return ask(application, /** @type {any} */ (null));
  if (application.session !== null) return { seeOther: '/tablet/' };
  return application.once(`enter ${enrolment.person}`, () => entered(application, enrolment, keys));
}

/**
 * @param {import('./application.js').Application} application @param {import('./enrolment_kept.js').Enrolment} enrolment
 * @param {import('../../sync/tablet/keys.js').PersonKeys} keys @returns {Promise<import('./router.js').Elsewhere>}
 */
async function entered(application, enrolment, keys) {
  // A passkey opens quicker than a disk saves: words handed over as the box was left must be read with the rest.
  await Promise.allSettled(application.taking);
  const session = await Session.open(application, keys, enrolment.name, await readingToken(enrolment, keys));
  await application.unlocked(session, enrolment);
  if ((await application.writings.adopt(keys, session.replica)) > 0) await session.reload();
  await joinWords(application, session);
  const place = await placeHere(application);
  const to = place !== undefined && session.replica.find(place.record) !== null
    ? `/tablet/evidence/${place.record}/write` : application.goingTo ?? '/tablet/';
  application.goingTo = null;
  return { seeOther: to };
}

const nothing = { kind: 'tablet', words: '' };

/**
 * Words written while locked become blocks of their record. Under ids that were drawn when they were written, so that joining twice, or
 * from two tabs, joins once. What cannot be joined yet stays readable as a record of its own.
 * @param {import('./application.js').Application} application @param {Session} session
 */
async function joinWords({ tablet }, session) {
  let joined = 0;
  for (const words of session.replica.list(LOCKED_WORDS)) {
    const told = (/** @type {string} */ name) => words.fields.get(name)?.[0].value;
    const header = session.replica.history(words.record)[0].header;
    const evidence = String(told('joins_record'));
    if (header.person !== session.person || session.replica.find(evidence) === null) continue;
    const common = { person: session.person, scope: header.scope, lane: header.lane };
    const block = String(told('joins_operation'));
    const saved = await save(tablet, [
      {
        ...common, operation: block, record: block, record_type: 'block', kind: 'create', base: [],
        fields: {
          evidence, kind: told('mark') ?? 'verbatim', text: told('text'), place: placeOf(String(told('written_at'))),
          written_locked: true,
        },
      },
      { ...common, operation: String(told('withdraws_operation')), record: words.record, record_type: LOCKED_WORDS, kind: 'withdraw', base: words.heads },
    ]);
    if (saved.saved !== 'no') joined += 1;
  }
  if (joined > 0) await session.reload();
}

/** @type {import('./router.js').Handler} */
export async function lock(application) {
  await application.lock();
  return { seeOther: '/tablet/unlock' };
}

/** Words written while locked. @type {import('./router.js').Handler} */
export async function write(application, { form }) {
  const text = String(form.get('text') ?? '');
  const place = await placeHere(application);
  if (place === undefined || text === '') return ask(application, /** @type {any} */ (null));
  const ids = {
    operation: String(form.get('operation') || uuid7()), record: String(form.get('record') || uuid7()),
    joins: uuid7(), withdraws: uuid7(),
  };
  const saved = await writeLocked(application.tablet, ids, place, { text, mark: kindOf(place) });
  application.flusher.wake();
  if (saved.saved === 'no') return sealed(application, { error: '', saved: STATES.failed, status: 500, text });
  return sealed(application, { error: '', saved: stateOfSaving(saved), status: 200 });
}

/** The interview that this person has open; another's is none of theirs. @param {import('./application.js').Application} application */
async function placeHere({ tablet, enrolment, placeHere: refused }) {
  const place = refused === undefined ? await openPlace(tablet) : refused ?? undefined;
  return place?.person === enrolment?.person ? place : undefined;
}

/**
 * @param {import('./application.js').Application} application
 * @param {{error: string, problem?: import('./pages/passkeys.js').Problem | null, saved: {kind: string, words: string}, status: number, text?: string}} shown
 * @returns {Promise<import('./router.js').Shown>}
 */
async function sealed(application, { error, problem = null, saved, status, text = '' }) {
  const { enrolment, tablet } = application;
  const { storage } = tablet;
  const place = await placeHere(application);
  const open = place !== undefined;
  const several = (await enrolments(storage)).length > 1;
  const passkey = enrolment === null || !application.passkeys.asks ? null : passkeyOf(await personRow(storage, enrolment.person));
  const why = lockedWords(application.lockedAfter_minutes);
  const { waiting } = await countOutbox(tablet);
  const hidden = open ? 'What you wrote is hidden. You can go on writing: the words are sealed and join the record when you unlock.' : 'What you wrote is hidden. Unlock to read it.';
  return {
    status,
    at: '/tablet/unlock',
    template: 'unlocking/show.html',
    page: {
      title: 'Locked',
      problems: [{ href: '#passkey', words: problem?.error ?? '' }, { href: '#passphrase', words: error }].filter(({ words }) => words !== ''),
      sealed: {
        title: 'Locked', words: why === '' ? hidden : `${why} ${hidden}`,
        passphrase_label: several ? `Passphrase of ${enrolment?.name}` : 'Passphrase', others_href: '/tablet/people',
        copy_href: waiting > 0 ? '/tablet/sealed-copy' : '',
        write_action: open ? '/tablet/locked-words' : '', unlock_action: '/tablet/unlock', saved, error, text,
        passkey: passkeyButton(passkey, { whose: several ? String(enrolment?.name) : '', problem }),
        place: place === undefined ? '' : { record: uuid7(), scope: place.scope, evidence: place.record, kind: kindOf(place), speaker: speakerOf(place) },
      },
    },
  };
}
