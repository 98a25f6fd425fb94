/**
 * The `Network` port over fetch: the device's token, no cookies, no redirects, a limit on waiting.
 *
 * Two tokens exist. The carrying token lies on the tablet in the clear, so that a locked tablet can send; it opens push, manifest and
 * keys and reads nothing. The reading token lies sealed under the person's keys and opens pull.
 */
import { NetworkProblem } from '../../../sync/tablet/ports.js';

/** @typedef {import('../../../sync/tablet/ports.js').Network} Network */

const LONGEST_WAIT_MS = 60_000;

/** @param {(path: string) => Promise<string | null>} tokenFor the token for this path, or null while there is none @returns {Network} */
export const openNetwork = (tokenFor) => ({
  send: async ({ method, path, headers, body }) => {
    const token = await tokenFor(path);
    if (token === null) throw new NetworkProblem('no token');
    try {
      const response = await fetch(path, {
        method,
        headers: { ...headers, authorization: `Bearer ${token}` },
        body,
        credentials: 'omit',
        redirect: 'error',
        cache: 'no-store',
        signal: AbortSignal.timeout(LONGEST_WAIT_MS),
      });
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        retryAfter: response.headers.get('retry-after'),
        bytes: new Uint8Array(await response.arrayBuffer()),
      };
    } catch (problem) {
      if (problem instanceof TypeError || problem instanceof DOMException) throw new NetworkProblem(problem.message);
      throw problem;
    }
  },
});
