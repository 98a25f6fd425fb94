/**
 * Locking and unlocking. Locked means cannot read, never cannot write (design 3).
 *
 * A wrong passphrase is said, with a delay that rises, and nothing is ever deleted. While an interview is open, the locked screen has a
 * box that only takes words in; what is written there is sealed to public keys and joins the record at unlock.
 */
import { readingToken } from './enrolment.js';
import { enrolments } from './enrolment_kept.js';
import { kindOf, speakerOf } from './evidence.js';
import { uuid7 } from './identifiers.js';
import { lockedWords } from './pages/locking.js';
import { expectPassphrase, stretch } from './ports/argon2.js';
import { placeOf } from './places.js';
import { Session } from './session.js';
import { STATES, stateOfSaving } from './states.js';
import { unlockPersonKeys } from '../../sync/tablet/keys.js';
import { personRow } from '../../sync/tablet/kept_keys.js';
import { LOCKED_WORDS, openPlace, writeLocked } from '../../sync/tablet/locked.js';
import { save } from '../../sync/tablet/save.js';

const FREE_TRIES = 3;
const LONGEST_WAIT_MS = 60_000;

/** @param {number} tries wrong ones in a row @returns {number} */
export const waitAfterWrong = (tries) => (tries <= FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (tries - FREE_TRIES)));

/** @type {import('./router.js').Handler} */
export async function ask(application) {
  expectPassphrase();
  return sealed(application, { error: '', saved: { kind: 'tablet', words: '' }, status: 200 });
}

/** @type {import('./router.js').Handler} */
export async function unlock(application, { form }) {
  const { tablet, enrolment } = application;
  if (enrolment === null) return { seeOther: '/tablet/enrol' };
  const mark = `wrong_passphrases:${enrolment.person}`;
  const wrong = (await tablet.storage.read('marks', mark)) ?? { tries: 0, last_ms: 0 };
  const left_ms = wrong.last_ms + waitAfterWrong(wrong.tries) - Date.now();
  if (left_ms > 0 && left_ms <= LONGEST_WAIT_MS) {
    const seconds = Math.ceil(left_ms / 1000);
    return sealed(application, { error: `Wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'} before you try again. Nothing has been deleted`, saved: nothing, status: 422 });
  }
  const row = await personRow(tablet.storage, enrolment.person);
  const wrap = row?.wraps.find(({ way }) => way === 'passphrase');
  if (row === undefined || wrap === undefined) throw new Error('this tablet has no passphrase for this person');
  const keys = await unlockPersonKeys(row, 'passphrase', await stretch(String(form.get('passphrase') ?? ''), wrap.parameters));
  if (keys === null) {
    await tablet.storage.commit([{ store: 'marks', key: mark, put: { tries: wrong.tries + 1, last_ms: Date.now() } }]);
    return sealed(application, { error: 'That is not the passphrase. Nothing has been deleted. Try again', saved: nothing, status: 422 });
  }
  await tablet.storage.commit([{ store: 'marks', remove: mark }]);
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
async function placeHere({ tablet, enrolment }) {
  const place = await openPlace(tablet);
  return place?.person === enrolment?.person ? place : undefined;
}

/**
 * @param {import('./application.js').Application} application
 * @param {{error: string, saved: {kind: string, words: string}, status: number, text?: string}} shown
 * @returns {Promise<import('./router.js').Shown>}
 */
async function sealed(application, { error, saved, status, text = '' }) {
  const place = await placeHere(application);
  const open = place !== undefined;
  const several = (await enrolments(application.tablet.storage)).length > 1;
  const why = lockedWords(application.lockedAfter_minutes);
  const hidden = open ? 'What you wrote is hidden. You can go on writing: the words are sealed and join the record when you unlock.' : 'What you wrote is hidden. Unlock to read it.';
  return {
    status,
    at: '/tablet/unlock',
    template: 'unlocking/show.html',
    page: {
      title: 'Locked',
      problems: error === '' ? [] : [{ href: '#passphrase', words: error }],
      sealed: {
        title: 'Locked', words: why === '' ? hidden : `${why} ${hidden}`,
        passphrase_label: several ? `Passphrase of ${application.enrolment?.name}` : 'Passphrase', others_href: '/tablet/people',
        write_action: open ? '/tablet/locked-words' : '', unlock_action: '/tablet/unlock', passkey_action: '', saved, error, text,
        place: place === undefined ? '' : { record: uuid7(), scope: place.scope, evidence: place.record, kind: kindOf(place), speaker: speakerOf(place) },
      },
    },
  };
}
