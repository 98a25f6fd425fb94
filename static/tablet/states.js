/**
 * Where words are, in words: the states of the saved-note contract (assurance 1.3, rule R3). One place, so that no two screens
 * say it differently.
 */

/** @typedef {{kind: 'tablet' | 'sending' | 'safe' | 'seen' | 'attention' | 'failed', words: string}} State */

/** @type {Record<string, State>} */
export const STATES = Object.freeze({
  nothing: { kind: 'tablet', words: '' },
  draft: { kind: 'tablet', words: 'Draft kept' },
  tablet: { kind: 'tablet', words: 'Saved on this tablet' },
  once: { kind: 'attention', words: 'Saved once. Second copy failed.' },
  journal: { kind: 'attention', words: 'Saved once. The main copy failed.' },
  fullOnce: { kind: 'attention', words: 'Saved once. This tablet is full: make room, and send.' },
  full: { kind: 'failed', words: 'Not saved. This tablet is full. Copy your words before you leave this screen, then make room: delete photos or apps.' },
  failed: { kind: 'failed', words: 'Not saved. Copy your words before you leave this screen.' },
  here: { kind: 'tablet', words: 'On this tablet' },
  safe: { kind: 'safe', words: 'Safe at the office' },
  seen: { kind: 'seen', words: 'Seen by the lead' },
  attention: { kind: 'attention', words: 'Needs attention' },
});

/** @param {import('../../sync/tablet/saved.js').Saved} saved @returns {State} */
export function stateOfSaving(saved) {
  if (saved.saved === 'twice') return STATES.tablet;
  const isFull = saved.cause === 'quota';
  if (saved.saved === 'no') return isFull ? STATES.full : STATES.failed;
  if (isFull) return STATES.fullOnce;
  return saved.problem === 'database_failed' ? STATES.journal : STATES.once;
}

/** @param {number} count @param {string} one @param {string} many */
export const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** The bar's words about everything on this tablet. @param {import('../../sync/tablet/outbox.js').OutboxCounts | null} counts @returns {State} */
export function savedWords(counts) {
  if (counts === null) return { kind: 'tablet', words: '' };
  if (counts.waiting > 0) return { kind: 'tablet', words: `${counted(counts.waiting, 'change', 'changes')} only on this tablet` };
  return counts.safe > 0 ? { kind: 'safe', words: 'Everything is safe at the office' } : { kind: 'safe', words: 'Nothing is waiting' };
}
