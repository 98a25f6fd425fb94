/**
 * How a tablet becomes a person's: a one-use code from the office and a passphrase of their own. Needs the network, once.
 *
 * The tablet makes the person's key pair, keeps the office's public keys, and takes its two tokens. Only then may a note be written,
 * because only then can it be sealed so that both can read it (design 3). Where the tablet can, a passkey is offered next. Several people can be set up on one tablet. Somebody who forgot
 * the passphrase is set up again, with new keys; what they wrote before goes to the office all the same.
 */
import { keepEnrolment } from './enrolment_kept.js';
import { refusedHere } from './keeping.js';
import { expectPassphrase, PARAMETERS, stretch } from './ports/argon2.js';
import { Session } from './session.js';
import { fromBase64, fromUtf8, toBase64, toUtf8 } from '../../sync/tablet/bytes.js';
import { keysStep } from '../../sync/tablet/ingest.js';
import { makePersonKeys } from '../../sync/tablet/keys.js';
import { keepPerson, setAside } from '../../sync/tablet/kept_keys.js';
import { open, seal } from '../../sync/tablet/seal.js';

export const SHORTEST_PASSPHRASE_CP = 14;
const ENROLMENT = 'fieldwork-enrolment/1';

/** @type {import('./router.js').Handler} */
export async function ask(application) {
  const refused = await refusedNew(application);
  if (refused !== null) return refused;
  expectPassphrase();
  return { template: 'enrolment/draft.html', page: page(application, { code: '', label: '' }, []) };
}

/** @type {import('./router.js').Handler} */
export async function enrol(application, { form }) {
  const refused = await refusedNew(application);
  if (refused !== null) return refused;
  const code = String(form.get('code') ?? '');
  const label = String(form.get('label') ?? '').trim();
  const passphrase = String(form.get('passphrase') ?? '');
  const problems = [];
  if (code.trim() === '') problems.push({ field: 'code', words: 'Enter the code from the office' });
  if (label === '') problems.push({ field: 'label', words: 'Enter a name for this tablet' });
  if ([...passphrase.trim()].length < SHORTEST_PASSPHRASE_CP) {
    problems.push({ field: 'passphrase', words: `Enter a passphrase of at least ${SHORTEST_PASSPHRASE_CP} characters` });
  }
  if (problems.length > 0) return again(application, { code, label }, problems);
  const answer = await askOffice(code, label);
  if (typeof answer === 'string') return again(application, { code, label }, [{ field: 'code', words: answer }]);
  await take(application, answer, passphrase);
  return { seeOther: application.passkeys.adds ? '/tablet/passkeys/new' : '/tablet/' };
}

/** On a tablet that somebody uses already the place was good enough, and what they began is finished. @param {import('./application.js').Application} application */
const refusedNew = async (application) => (application.enrolment === null ? refusedHere(application) : null);

/** @typedef {{person: string, name: string, device: string, carrying_token: string, reading_token: string}} Granted */

/** @param {string} code @param {string} label @returns {Promise<Granted | string>} what was granted, or a sentence */
async function askOffice(code, label) {
  let response;
  try {
    response = await fetch('/sync/enrol', {
      method: 'POST', credentials: 'omit', redirect: 'error', cache: 'no-store',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ format: ENROLMENT, code, label, app_version: import.meta.url.split('/')[4] }),
    });
    const said = await response.json();
    if (response.status === 200 && said?.format === ENROLMENT) return said;
    if (said?.problem === 'code_not_good') return 'The office does not know this code. Codes work once, for 15 minutes. Ask for a new one';
  } catch (problem) {
    if (!(problem instanceof TypeError) && !(problem instanceof SyntaxError)) throw problem;
  }
  return 'The office did not answer. Check the connection and try again. The code has not been used up';
}

/** @param {import('./application.js').Application} application @param {Granted} granted @param {string} passphrase */
async function take(application, granted, passphrase) {
  const { tablet } = application;
  const parameters = { ...PARAMETERS, salt: toBase64(tablet.random.bytes(16)) };
  const kek = await stretch(passphrase, parameters);
  await setAside(tablet, granted.person);
  const { row, keys } = await makePersonKeys(granted.person, tablet, { way: 'passphrase', parameters, kek });
  await keepPerson(tablet, row);
  const reading_token = toBase64(await seal(keys.pulledKey, tablet.random.bytes(12), tokenBound(granted.person), toUtf8(granted.reading_token)));
  /** @type {import('./enrolment_kept.js').Enrolment} */
  const enrolment = {
    schema: 1, person: granted.person, name: granted.name, device: granted.device,
    carrying_token: granted.carrying_token, reading_token, used_at: tablet.clock.now(),
  };
  await keepEnrolment(tablet, enrolment);
  application.enrolment = enrolment;
  await keysStep(tablet);
  await Session.clear(granted.person);
  const session = await Session.open(application, keys, granted.name, granted.reading_token);
  if (application.passkeys.adds) session.holdProven(kek);
  application.goingTo = null;
  await application.unlocked(session, enrolment);
  await application.flusher.fetched();
}

/** @param {string} person */
const tokenBound = (person) => toUtf8(`fieldwork reading token 1 ${person}`);

/** The reading token, opened with the person's keys. @param {import('./enrolment_kept.js').Enrolment} enrolment @param {import('../../sync/tablet/keys.js').PersonKeys} keys */
export const readingToken = async (enrolment, keys) =>
  fromUtf8(await open(keys.pulledKey, tokenBound(enrolment.person), fromBase64(enrolment.reading_token)));

/** @param {import('./application.js').Application} application @param {{code: string, label: string}} values @param {{field: string, words: string}[]} problems @returns {import('./router.js').Shown} */
const again = (application, values, problems) => ({ status: 422, template: 'enrolment/draft.html', page: page(application, values, problems) });

/** @param {import('./application.js').Application} application @param {{code: string, label: string}} values @param {{field: string, words: string}[]} problems */
function page({ enrolment }, values, problems) {
  const error = (/** @type {string} */ field) => problems.find((one) => one.field === field)?.words ?? '';
  return {
    title: enrolment === null ? 'Set up this tablet' : 'Set up this tablet for somebody else',
    lead: enrolment === null
      ? 'You do this once, with a connection. After that the tablet works without one.'
      : 'Each person does this once, with a connection. What is already on this tablet stays, and only those who wrote it can read it.',
    back_href: enrolment === null ? '' : '/tablet/unlock',
    again: enrolment === null ? 'If this tablet was set up before and asks again, this window did not keep what was stored. Open Fieldwork in an ordinary window, not in a private one, and tell the office.' : '',
    problems: problems.map(({ field, words }) => ({ href: `#${field}`, words })),
    code: { name: 'code', label: 'Code from the office', value: values.code, hint: 'For example, 7KQ2-M4XD-9RTB', error: error('code') },
    label: { name: 'label', label: 'Name of this tablet', value: values.label, hint: 'So that the office can tell it from others, for example “Idwal’s tablet”', error: error('label') },
    passphrase: {
      name: 'passphrase', label: 'Passphrase', value: '', error: error('passphrase'),
      hint: `At least ${SHORTEST_PASSPHRASE_CP} characters. Four words that do not belong together are good. It opens this tablet when there is no signal. If you forget it, nothing unsent is lost: it still goes to the office.`,
    },
  };
}

