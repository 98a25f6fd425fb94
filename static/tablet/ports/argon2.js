/**
 * Argon2id for the passphrase, from hash-wasm. Allowed in the worker's own policy only (`wasm-unsafe-eval`).
 *
 * 64 MiB and 3 passes: about a third of a second here, 2.4 on a slow tablet, and too dear to guess at (offline.md 4). The parameters are
 * kept with each wrap, so they can rise without locking anybody out. Loaded after the first page, and before the passphrase is typed.
 */

/** @typedef {typeof import('../../vendor/argon2.js')} Argon2 */

/** @type {Promise<Argon2> | null} */
let loading = null;

/** Ask for it ahead of time. A failure is no fault yet: whoever stretches a passphrase asks again. */
export const expectPassphrase = () => { argon2().catch(() => {}); };

/** @returns {Promise<Argon2>} */
function argon2() {
  loading ??= import('../../vendor/argon2.js').catch((problem) => {
    loading = null;
    throw problem;
  });
  return loading;
}

export const PARAMETERS = Object.freeze({ name: 'argon2id', memory_kib: 65_536, passes: 3, lanes: 1 });

/** @param {string} passphrase @param {Record<string, any>} parameters with `salt`, Base64 @returns {Promise<Uint8Array<ArrayBuffer>>} 32 bytes */
export async function stretch(passphrase, parameters) {
  const { argon2id } = await argon2();
  const salt = Uint8Array.from(atob(parameters.salt), (letter) => letter.charCodeAt(0));
  const bytes = await argon2id({
    password: passphrase.normalize('NFKC').trim(),
    salt,
    parallelism: parameters.lanes,
    iterations: parameters.passes,
    memorySize: parameters.memory_kib,
    hashLength: 32,
    outputType: 'binary',
  });
  return new Uint8Array(bytes);
}
