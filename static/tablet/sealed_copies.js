/**
 * A sealed copy, asked for by a person: everything on this tablet that the office has not confirmed, as one file to take to the office.
 *
 * It answers while locked as well, because no key is needed and none of the words can be read. What is being typed here becomes a
 * change first, so that it is in the file. Nothing counts as sent afterwards (PROTOCOL.md 8).
 */
import { sealedCopyName, sealedCopyPage } from './pages/sealed_copies.js';
import { countOutbox } from '../../sync/tablet/outbox.js';
import { makeSealedCopy } from '../../sync/tablet/sealed_copy.js';

/** @type {import('./router.js').Handler} */
export async function draft(application) {
  return { template: 'sealed_copies/show.html', page: sealedCopyPage({ ...await standing(application), made: null }) };
}

/** @type {import('./router.js').Handler} */
export async function create(application) {
  await application.writings.settle();
  const copy = await makeSealedCopy(application.tablet);
  const before = await standing(application);
  if (copy.operations === 0) return { template: 'sealed_copies/show.html', page: sealedCopyPage({ ...before, made: null }) };
  const { bytes, ...made } = copy;
  return {
    template: 'sealed_copies/show.html',
    page: sealedCopyPage({ ...before, made }),
    file: { name: sealedCopyName(copy.copied_at), content: new Blob([bytes], { type: 'application/octet-stream' }) },
  };
}

/** @param {import('./application.js').Application} application */
async function standing({ tablet, session }) {
  return { waiting: (await countOutbox(tablet)).waiting, drafts: await tablet.storage.count('drafts'), locked: session === null };
}
