/** What went wrong, as a page: what happened, and what to do. Nothing that was written is touched by it. */

const WORDS = {
  404: { title: 'Page not found', words: 'There is nothing at this address on this tablet.' },
  500: { title: 'Something went wrong', words: 'The tablet could not make this page. Everything that was said to be saved is still kept.' },
};

/** @param {import('./application.js').Application} application @param {404 | 500} status @returns {import('./router.js').Shown} */
export function problemPage(application, status) {
  const { title, words } = WORDS[status];
  return { status, template: 'problems/show.html', page: { title, words, back: application.home() } };
}
