/**
 * What people did not agree to, in sentences: it goes with every word of theirs (rule R16). The office says it in the same words
 * (`fieldwork/pages/evidence.py`).
 */
import { said, told } from './reading.js';
import { listed } from './pages/words.js';

/** @type {[string, string][]} */
const AGREED_TO = [
  ['take_part', 'taking part'], ['notes', 'notes'], ['quotation', 'quotation'], ['recording', 'a recording'], ['photo', 'photographs'], ['named', 'being named'],
];

/**
 * @param {import('./reading.js').Replica} replica
 * @param {{scope: string, participants: string[], activity: string | null}} about @returns {string[]} [] when no consent has been recorded
 */
export function restrictionsOf(replica, { scope, participants, activity }) {
  const consents = replica.list('consent').filter((state) => replica.history(state.record)[0].header.scope === scope
    && ((activity !== null && told(state, 'activity') === activity) || participants.includes(said(state, 'participant'))));
  if (consents.length === 0) return [];
  const sentences = [];
  /** @type {Set<string>} */
  const refused = new Set();
  for (const consent of consents) {
    if (said(consent, 'status') === 'withdrawn') sentences.push('Consent was withdrawn. Do not use this record.');
    const restriction = said(consent, 'restriction');
    if (restriction !== '') sentences.push(`Restriction: ${restriction}.`);
    const agrees = told(consent, 'agrees');
    if (agrees === null || typeof agrees !== 'object') continue;
    for (const [what, agreed] of Object.entries(agrees)) if (agreed === false) refused.add(what);
  }
  if (refused.has('quotation')) sentences.push('Do not quote these words.');
  const words = AGREED_TO.filter(([what]) => refused.has(what)).map(([, phrase]) => phrase);
  if (words.length > 0) sentences.push(`Not agreed to: ${listed(words)}.`);
  return [...new Set(sentences)];
}
