import { answers } from '/rendering.js';

const worker = new Worker('/worker.js', { type: 'module' });
const inWorker = await new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message || 'the worker did not start'));
}).catch((error) => ({ rendered: [], failed: String(error) }));
const onPage = await answers().catch((error) => ({ rendered: [], failed: String(error) }));
await fetch('/answers', { method: 'POST', body: JSON.stringify({ inWorker, onPage }) });
