/**
 * How long to wait before the next attempt to reach the office: from five seconds to a minute, with jitter, for ever.
 *
 * Never less than five seconds after a failure, so that no loop can eat a battery or a server; never more than a minute,
 * so that a tablet that comes back into a signal is sent soon. Source: PROTOCOL.md 7, DUR-23.
 */

const LEAST_MS = 5_000;
const MOST_MS = 60_000;
const RETRY_AFTER_MOST_MS = 600_000;

/**
 * @param {number} failures in a row, from 1 @param {number} chance from 0 up to 1 @param {number} [retryAfter_ms] what the office asked for
 * @returns {number} milliseconds
 */
export function waitAfter(failures, chance, retryAfter_ms = 0) {
  const reach = Math.min(MOST_MS, LEAST_MS * 2 ** Math.min(failures, 10));
  const own = LEAST_MS + Math.floor(chance * (reach - LEAST_MS));
  // Obeyed, but bounded: a captive portal may not silence a tablet for a day.
  return Math.max(own, Math.min(retryAfter_ms, RETRY_AFTER_MOST_MS));
}

/**
 * The header `Retry-After`, in seconds or as a date, in milliseconds. 0 when there is none or it cannot be read.
 * @param {string | null} header @param {string} now the tablet's clock
 */
export function retryAfterMs(header, now) {
  if (header === null || header.trim() === '') return 0;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? 0 : Math.max(0, until - Date.parse(now));
}

/** @param {import('./ports.js').Random} random @returns {number} from 0 up to 1 */
export function chanceOf(random) {
  const [high, low] = random.bytes(2);
  return (high * 256 + low) / 65_536;
}
