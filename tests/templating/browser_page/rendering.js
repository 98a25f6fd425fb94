// Renders every case where it is loaded, on a page or in a worker, and gives the answers.
import templates from '/templates.js';
import { TemplateFault, createRenderer } from '/tablet/rendering/renderer.js';

export async function answers() {
  const cases = await (await fetch('/cases.json')).json();
  const renderer = createRenderer(templates);
  const rendered = cases.map(({ template, context }) => {
    try {
      return { html: renderer.render(template, context) };
    } catch (error) {
      return { fault: error instanceof TemplateFault ? error.kind : 'javascript', message: String(error) };
    }
  });
  return { rendered, evalRefused: evalIsRefused() };
}

// The tablet's policy allows no code made from text; if it did, these tests would prove less than they say.
function evalIsRefused() {
  try {
    return new Function('return false')();
  } catch (error) {
    return error instanceof EvalError;
  }
}
