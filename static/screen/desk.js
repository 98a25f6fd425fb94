/** What a page of central does beside htmx: of two links that are followed one after the other, the second is shown. */
import { showTheLastAsked } from './following.js';

showTheLastAsked();
