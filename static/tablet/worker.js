/**
 * The tablet's local server: answers htmx where there is no network, keeps what is typed, sends what waits.
 *
 * A dedicated worker of the page, so that decryption, folding and search never delay a key stroke (design 3). It holds a Web Lock for
 * as long as it lives; when the lock falls free the page knows at once that the worker is dead and starts another.
 */
import { Application } from './application.js';
import { notStarted } from './not_started.js';
import { ROUTES } from './routes.js';
import { Router } from './router.js';

const name = `fieldwork-worker-${crypto.randomUUID()}`;
const router = new Router(ROUTES);
/** @type {Promise<{application: Application | null, fault: unknown}>} */
const starting = Application.start({ name, tell: (message) => self.postMessage(message) }).then(
  (application) => ({ application, fault: null }),
  (fault) => ({ application: null, fault }),
);

navigator.locks.request(name, () => {
  self.postMessage({ lock: name });
  return new Promise(() => {});
});

/**
 * `passkeyOutput` is what a passkey gave, handed over and no longer in the page.
 * @typedef {{method: string, url: string, headers: Record<string, string>, entries: [string, FormDataEntryValue][] | null, passkeyOutput?: ArrayBuffer | null}} Asked
 */

self.onmessage = async ({ data, ports: [port] }) => {
  const { application, fault } = await starting;
  if (application === null) {
    console.error(fault);
    port?.postMessage(notStarted(data, fault));
    // The page starts another worker when this one is gone.
    if (port !== undefined) self.close();
    return;
  }
  if (data.request) {
    await application.idleLock.beforePage();
    port.postMessage(await router.answer(application, data.request));
  }
  else if (data.typed) port.postMessage(await application.typed(data.typed));
  else if (data.used) await application.idleLock.used();
  else if (data.hidden) await application.pageHidden();
  else if (data.passkeys) Object.assign(application, { passkeys: data.passkeys, window: data.window ?? application.window });
  else if (data.online !== undefined) application.connectionChanged(data.online);
};
