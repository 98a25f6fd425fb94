/** A page of central: htmx, and of two links that are followed one after the other the second is shown. Without it everything works. */
import '../vendor/htmx.js';
import { showTheLastAsked } from './following.js';

showTheLastAsked();
