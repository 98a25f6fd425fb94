// Renders cases with the tablet's runtime under Node: one process for a whole test module.
// Reads one JSON object a line on stdin: {"module": path} loads compiled templates, {"id", "template", "context"} renders.
// Writes one line for each case: {"id", "html"} or {"id", "fault", "message"}.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { TemplateFault, createRenderer } from '../../static/tablet/rendering/renderer.js';
import { FILTERS } from '../../static/tablet/rendering/filters.js';
import { GLOBALS } from '../../static/tablet/rendering/global_functions.js';
import { TESTS } from '../../static/tablet/rendering/tests.js';

let renderer = createRenderer(() => ({}));
const answer = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.module) {
    renderer = createRenderer((await import(pathToFileURL(asked.module))).default);
  } else if (asked.names) {
    answer({ id: asked.id, filters: Object.keys(FILTERS), tests: Object.keys(TESTS), globals: Object.keys(GLOBALS) });
  } else if (asked.timed) {
    const times = [];
    for (let i = 0; i < asked.timed; i += 1) {
      const start = performance.now();
      renderer.render(asked.template, asked.context);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    answer({ id: asked.id, fastest_ms: times[0], median_ms: times[Math.floor(times.length / 2)] });
  } else {
    try {
      answer({ id: asked.id, html: renderer.render(asked.template, asked.context) });
    } catch (error) {
      answer({ id: asked.id, fault: error instanceof TemplateFault ? error.kind : 'javascript', message: String(error?.stack ?? error) });
    }
  }
}
