/**
 * Keeps the shell and the release for the time without signal. GET only, allow-listed, no logic and no evidence.
 *
 * Central puts `self.RELEASE = {release, shell, addresses}` in front of this file, so that its bytes change with every release. A
 * release is kept whole or not at all. It never takes over from an older one while a page of that one is open, and it never touches
 * the unsent notes, which lie in a database and a journal that it does not know.
 */
const { release, shell, addresses } = self.RELEASE;
const KEPT = `fieldwork-release-${release}`;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([...addresses, shell])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('fieldwork-release-') && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && url.pathname.startsWith('/tablet/')) event.respondWith(keptOr(shell, event.request));
  else if (url.pathname.startsWith('/a/')) event.respondWith(keptOr(event.request, event.request));
});

/** @param {RequestInfo} kept @param {Request} asked */
async function keptOr(kept, asked) {
  const answer = await caches.match(kept, { ignoreVary: true });
  return answer ?? fetch(asked);
}
