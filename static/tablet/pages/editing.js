/** Changing one block: its words, their kind and who said them. What the form showed travels with it, so that a conflict is seen. */
import { kindChoices } from './capture.js';
import { comparedWords, versionsShown } from './conflicts.js';
import { areaWords } from './visits.js';
import { said, told } from '../reading.js';

/**
 * @param {object} shown
 * @param {import('../reading.js').RecordState} shown.block @param {import('./blocks.js').Version[]} shown.versions @param {string} shown.scope
 * @param {import('../reading.js').RecordState} shown.evidence @param {import('../reading.js').RecordState | null} shown.visit
 * @param {{ref: string, label: string}[]} shown.people @param {import('../reading.js').Replica} shown.replica
 * @param {Map<string, string>} shown.roles @param {Set<string>} shown.here incarnations of this tablet
 */
export async function editPage({ replica, block, versions, scope, evidence, visit, people, roles, here }) {
  const text = versions[0]?.text ?? '';
  const several = versions.length > 1 ? await versionsShown({ replica, state: block, roles, here }, 'text') : [];
  const kind = said(block, 'kind') || 'verbatim';
  const speaker = said(block, 'speaker_role');
  return {
    title: 'Change these words',
    place: visit === null ? '' : areaWords(visit),
    action: `/tablet/blocks/${block.record}`,
    withdraw_action: `/tablet/blocks/${block.record}/withdraw`,
    back_href: `/tablet/evidence/${evidence.record}#block-${block.record}`,
    // With two versions the person writes one out of both; what they show is what the change is based on.
    versions: several,
    compared: comparedWords(several),
    writer: {
      record: block.record, scope, evidence: evidence.record, text,
      base: JSON.stringify(block.heads),
      shown: JSON.stringify(versions.length > 1 ? { kind, speaker_role: told(block, 'speaker_role') } : { text: told(block, 'text'), kind, speaker_role: told(block, 'speaker_role') }),
      kinds: kindChoices(kind),
      people: [{ value: '', words: 'Nobody', chosen: speaker === '' }, ...people.map(({ ref, label }) => ({ value: ref, words: label, chosen: ref === speaker }))],
      saved: { kind: 'tablet', words: '' },
    },
  };
}
