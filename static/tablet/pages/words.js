/** The words a person sees for the short names that records hold (domain.md 7). One place, so that no two screens differ. */

/** @type {Record<string, string>} */
export const MODES = { in_person: 'In person', phone: 'By phone', video: 'By video call', desk: 'At a desk' };

/** @type {Record<string, string>} */
export const PLACE_KINDS = {
  home: 'Home', school: 'School', provider: 'Provider', clinic: 'Clinic', office: 'Office', community: 'Community place', online: 'Online', desk: 'Desk',
};

/** @type {Record<string, string>} */
export const SOURCE_ROLES = {
  child: 'Child', parent: 'Parent or carer', practitioner: 'Practitioner', leader: 'Leader', record: 'Record', data: 'Data',
};

/** @type {Record<string, string>} */
export const KINDS = {
  verbatim: 'Exact words', paraphrase: 'In our words', observation: 'Seen and heard', document_fact: 'From a document',
  inspector_thought: 'My thought', question: 'Question',
};

/** @type {Record<string, string>} */
export const RECORDED_WHEN = {
  at_the_time: 'At the time', within_24h: 'Within 24 hours', later: 'Later than 24 hours after', from_memory_after_loss: 'From memory after loss',
};

/** @type {Record<string, string>} */
export const ORIGINS = { typed: 'Typed', dictated: 'Dictated', transcribed_from_paper: 'Copied from paper', imported: 'Imported' };

/** @type {Record<string, string>} */
export const VALENCES = { neutral: 'Neutral', strength: 'Strength', weakness: 'Weakness', mixed: 'Mixed' };

/** @type {Record<string, string>} */
export const AGENCIES = {
  school: 'the school', education: 'education services', health: 'health services', social_care: 'social care', family: 'the family', national: 'national rules',
};

/** @type {Record<string, string>} */
export const REASONS = {
  name_replaced: 'A name was replaced', moved_to_lane: 'Moved to a place of its own', disclosure: 'A disclosure, kept with the concerns',
  consent_withdrawn: 'Consent was withdrawn', erasure: 'The person asked for it', written_in_error: 'Written in error',
};

/** @type {Record<string, string>} */
export const RECORD_TYPES = {
  evidence: 'the record', block: 'a part of it', coding: 'a code', activity: 'the activity', consent: 'a consent', seen: 'a mark as seen',
  file: 'a file', decision: 'a decision',
};

/** @param {Record<string, string>} words @param {string} short @returns {string} an unknown short name is shown as it is */
export function wordFor(words, short) {
  const plain = short.replaceAll('_', ' ').trim();
  return words[short] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** "a", "a and b", "a, b and c". @param {string[]} words */
export const listed = (words) => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);
