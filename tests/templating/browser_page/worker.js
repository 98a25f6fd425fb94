import { answers } from '/rendering.js';

self.postMessage(await answers());
