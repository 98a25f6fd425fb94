/**
 * Asks this tablet's own lock, a finger, a face or a PIN, for what a passkey gives, and hands it to the worker once.
 *
 * Only a page may ask (WebAuthn); the keys live in the worker. So a form that says `data-passkey` is sent in two steps: the tablet asks,
 * and what it gave goes along with the request, handed over and not copied, so that nothing of it stays here. No network takes part, and
 * the address of this page is the passkey's. That somebody cancelled, or that it failed, goes along too: the words are the worker's.
 */

/** Before htmx gives a request up, after 60 seconds. */
const LONGEST_ASKED_MS = 45_000;
const HANDED_BYTES = 32;
/** What a passkey can sign with. Nothing is ever signed for anybody here, but a tablet wants to know. */
const ALGORITHMS = [-7, -8, -257];

/** @typedef {{asks: boolean, adds: boolean}} Here whether this browser can ask for a passkey, and whether one can be made on this tablet */
/** @typedef {'refused' | 'unusable' | 'no_secret'} Failed */
/** @typedef {{credential: string, transports: string[], output: ArrayBuffer}} Given */
/** @typedef {(action: string, options?: any) => Promise<Response>} Send */

/** Whether this browser has passkeys at all; known at once. @returns {boolean} */
export const canAsk = () => isSecureContext && 'PublicKeyCredential' in globalThis && 'credentials' in navigator;

/** Whether a passkey made here would open anything without signal: this tablet has a lock of its own, and gives secrets. @returns {Promise<boolean>} */
export async function canAdd() {
  // A passkey belongs to a name; at an address made of numbers there is none.
  if (!canAsk() || /^[\d.]+$|^\[/.test(location.hostname)) return false;
  const kind = /** @type {any} */ (PublicKeyCredential);
  if (kind.getClientCapabilities === undefined) return false;
  try {
    const [capabilities, hasLock] = await Promise.all([kind.getClientCapabilities(), PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()]);
    return hasLock && capabilities['extension:prf'] === true;
  } catch (problem) {
    // A browser that may not say, by somebody's policy, may not ask either.
    if (!(problem instanceof DOMException)) throw problem;
    return false;
  }
}

/** How a request of this element is sent: as any other, unless its form wants a passkey first. @param {unknown} element @param {Send} send @returns {Send} */
export function withPasskey(element, send) {
  const form = element instanceof Element ? element.closest('form[data-passkey]') : null;
  if (!(form instanceof HTMLFormElement)) return send;
  const { passkey: wanted, credential = '' } = form.dataset;
  if (wanted === 'remove') return async (action, options) => forgotten(await send(action, options), credential);
  return async (action, { body, ...options }) => {
    const given = await asked(form.dataset, options.signal);
    if (typeof given === 'string') return send(action, { ...options, body: [...body, ['credential', credential], ['outcome', given]] });
    const told = [['credential', given.credential], ['salt', form.dataset.salt], ...given.transports.map((one) => ['transport', one])];
    return send(action, { ...options, body: [...body, ...told], passkeyOutput: given.output });
  };
}

/** @param {DOMStringMap} form @param {AbortSignal} signal @returns {Promise<Given | Failed>} */
async function asked(form, signal) {
  const longest = AbortSignal.timeout(LONGEST_ASKED_MS);
  try {
    return await (form.passkey === 'add' ? made(form, AbortSignal.any([signal, longest])) : confirmed(form, AbortSignal.any([signal, longest])));
  } catch (problem) {
    if (signal.aborted || !(problem instanceof DOMException)) throw problem;
    // Cancelled, too late, or no such passkey on this tablet: a browser does not say which.
    if (longest.aborted || problem.name === 'NotAllowedError') return 'refused';
    console.error(problem);
    return 'unusable';
  }
}

/** Make a passkey on this tablet. @param {DOMStringMap} form @param {AbortSignal} signal @returns {Promise<Given | Failed>} */
async function made({ salt = '', handle = '', name = '' }, signal) {
  const found = /** @type {any} */ (await navigator.credentials.create({
    signal,
    publicKey: /** @type {any} */ ({
      rp: { name: 'Fieldwork' },
      // A handle of its own each time: a name that came again would take the place of a passkey of the person's other tablet.
      user: { id: bytesOf(handle), name, displayName: name },
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      // The tablet's own lock and no telephone beside it: that would need a network.
      authenticatorSelection: { authenticatorAttachment: 'platform', residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      hints: ['client-device'],
      attestation: 'none',
      timeout: LONGEST_ASKED_MS,
      extensions: { prf: { eval: { first: bytesOf(salt) } } },
    }),
  }));
  const credential = base64Of(new Uint8Array(found.rawId));
  const transports = found.response.getTransports?.() ?? [];
  const { prf } = found.getClientExtensionResults();
  const output = handedOver(prf?.results?.first);
  if (output !== null) return { credential, transports, output };
  // Some make first and give only when asked.
  const given = prf?.enabled === true ? await confirmed({ credential, salt, transports: transports.join(' ') }, signal) : 'no_secret';
  if (typeof given === 'string') await forget(credential);
  return typeof given === 'string' ? given : { ...given, transports };
}

/** Ask for the passkey that was made. @param {DOMStringMap} form @param {AbortSignal} signal @returns {Promise<Given | Failed>} */
async function confirmed({ credential = '', salt = '', transports = '' }, signal) {
  const found = /** @type {any} */ (await navigator.credentials.get({
    signal,
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      allowCredentials: [{ type: 'public-key', id: bytesOf(credential), transports: /** @type {any} */ (transports === '' ? undefined : transports.split(' ')) }],
      userVerification: 'required',
      timeout: LONGEST_ASKED_MS,
      extensions: { prf: { eval: { first: bytesOf(salt) } } },
    },
  }));
  const output = handedOver(found.getClientExtensionResults().prf?.results?.first);
  return output === null ? 'no_secret' : { credential, transports: [], output };
}

/** In a buffer that can be handed over whole; what the browser gave is wiped. @param {ArrayBuffer | ArrayBufferView | undefined} first @returns {ArrayBuffer | null} */
function handedOver(first) {
  if (first === undefined) return null;
  const given = ArrayBuffer.isView(first) ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength) : new Uint8Array(first);
  if (given.length !== HANDED_BYTES) return null;
  const output = new Uint8Array(given);
  given.fill(0);
  return output.buffer;
}

/** @param {Response} answer @param {string} credential */
async function forgotten(answer, credential) {
  if (answer.ok && credential !== '') await forget(credential);
  return answer;
}

/** Tell the tablet's own list of passkeys that this one opens nothing any more. Where it cannot be told, a passkey without use stays in the list. @param {string} credential */
async function forget(credential) {
  const kind = /** @type {any} */ (PublicKeyCredential);
  if (kind.signalUnknownCredential === undefined) return;
  try {
    await kind.signalUnknownCredential({ rpId: location.hostname, credentialId: urlBase64(credential) });
  } catch (problem) {
    if (!(problem instanceof DOMException)) throw problem;
  }
}

/** @param {string} base64 */
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** @param {Uint8Array} bytes */
const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));

/** @param {string} base64 */
const urlBase64 = (base64) => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
