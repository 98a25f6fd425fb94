/** Ann's application, unlocked, on a tablet of the tests, with nobody who sends behind it: what she saves is seen at once. */
import { Application } from '../../static/tablet/application.js';
import { addSaved } from '../../sync/tablet/replica.js';
import { ANN } from '../sync/tablet/world.js';

/** @param {any} tab of `World.enrolled`. `saves` as the tab does, and then it is seen; `writes` one operation, and gives its intention. */
export function opened(tab) {
  const application = new Application(() => {});
  const session = { person: ANN, name: 'Ann Hollowby', unopened: 0, get replica() { return tab.replica; }, seeOwn: (saved) => addSaved(tab.tablet, tab.keys, tab.replica, saved) };
  const flusher = { wake() {}, typed() {}, connection: () => ({ kind: 'online', words: '' }), readingWaits: false };
  Object.assign(application, { tablet: tab.tablet, session, flusher });
  const saves = async (intentions) => {
    const saved = await tab.saves(intentions);
    await session.seeOwn(saved.operations);
    return saved;
  };
  const writes = async (fields, more) => {
    const intention = tab.intention(fields, more);
    await saves([intention]);
    return intention;
  };
  return { application, session, saves, writes };
}
