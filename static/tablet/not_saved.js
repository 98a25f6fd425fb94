/**
 * What a person did could not be saved. The page they did it on stays as it is, with every word on it, and says so (router.js,
 * `static/screen/not_saved.js`): no page may take the place of words that are nowhere else.
 */
export class NotSaved extends Error {
  /** @param {import('./states.js').State} state */
  constructor(state) {
    super('not saved');
    this.name = 'NotSaved';
    this.state = state;
  }
}
