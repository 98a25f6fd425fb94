/**
 * Who uses this tablet: everybody who was set up here, each with keys and ways to unlock of their own.
 *
 * Choosing somebody opens nothing; it says whose passkey and passphrase are asked for. What another person wrote stays sealed, and goes to the office
 * whoever is at the tablet (design 3).
 */
import { enrolments } from './enrolment_kept.js';
import { problemPage } from './problems.js';

/** @type {import('./router.js').Handler} */
export async function browse(application) {
  const here = await enrolments(application.tablet.storage);
  return {
    template: 'people/on_tablet.html',
    page: {
      title: 'Who is using this tablet?',
      people: here.map(({ person, name }) => ({ person, name })).sort((a, b) => a.name.localeCompare(b.name, 'en')),
      action: '/tablet/people', enrol_href: '/tablet/enrol', back_href: '/tablet/unlock',
    },
  };
}

/** @type {import('./router.js').Handler} */
export async function choose(application, { form }) {
  const chosen = (await enrolments(application.tablet.storage)).find(({ person }) => person === form.get('person'));
  if (chosen === undefined) return problemPage(application, 404);
  await application.lock();
  if (application.enrolment?.person !== chosen.person) application.goingTo = null;
  application.enrolment = chosen;
  return { seeOther: '/tablet/unlock' };
}
