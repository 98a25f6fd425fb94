/**
 * Finding words in what was written: over every block of the visits on this tablet, with no index to be kept or to leak.
 *
 * The folded visit is in memory, and going through ten thousand words takes a few milliseconds. What was looked for is never written
 * down, and never part of an address.
 */
import { findPage } from './pages/finding_words.js';
import { folded, placesOf } from './folding.js';
import { versionsOf } from './pages/blocks.js';
import { isWithheld } from './pages/visits.js';
import { found, ordered, said } from './reading.js';
import { unlocked } from './standing.js';
import { labels } from './evidence.js';

const MOST_HITS = 50;
const FEWEST_LETTERS = 2;

/** @type {import('./router.js').Handler} */
export async function find(application) {
  return { template: 'finding_words/show.html', page: findPage({ asked: '', hits: null, more: false, tooShort: false }) };
}

/** @type {import('./router.js').Handler} */
export async function search(application, { form }) {
  const { replica } = unlocked(application);
  const asked = String(form.get('words') ?? '').trim();
  const wanted = folded(asked);
  if ([...wanted].length < FEWEST_LETTERS) return { status: 422, template: 'finding_words/show.html', page: findPage({ asked, hits: null, more: false, tooShort: true }) };
  const types = ordered(replica, 'activity_type');
  const roles = labels(replica, 'participant_role', 'ref');
  const hits = [];
  for (const block of ordered(replica, 'block')) {
    const evidence = found(replica, 'evidence', said(block, 'evidence'));
    if (evidence === null || isWithheld(evidence)) continue;
    for (const version of versionsOf(replica, block)) {
      const places = placesOf(version.text, wanted);
      if (places.length > 0) hits.push({ block, evidence, activity: replica.find(said(evidence, 'activity')), text: version.text, places, types, roles });
    }
  }
  hits.sort((a, b) => newest(a) - newest(b));
  return { template: 'finding_words/show.html', page: findPage({ asked, hits: hits.slice(0, MOST_HITS), more: hits.length > MOST_HITS, tooShort: false }) };
}

/** Later days first. @param {{activity: import('./reading.js').RecordState | null}} hit */
const newest = ({ activity }) => -(Date.parse(`${said(activity, 'date')}T${said(activity, 'start') || '00:00'}`) || 0);
