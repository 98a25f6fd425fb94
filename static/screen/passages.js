/**
 * Words that a person selects in a record, with a finger, a mouse or the keys: shown again in a bar, from where they can be given a code.
 *
 * A selection stays within one block. It grows to whole letters as people see them, and its place is counted in code points by
 * `text.js`. The address carries numbers, never words, because addresses are kept by browsers.
 */
import { chosen } from '../tablet/text.js';

const PAUSE_MS = 120;

export function choosePassages() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  document.addEventListener('selectionchange', () => {
    // It comes twice with every key, and where somebody writes there is no such bar.
    if (document.getElementById('passage') === null) return;
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE_MS);
  });
}

function show() {
  const bar = document.getElementById('passage');
  if (bar === null || bar.contains(document.activeElement)) return;
  const found = selected();
  bar.hidden = found === null;
  if (found === null) return;
  const words = bar.querySelector('[data-quote]');
  const link = bar.querySelector('[data-code-passage]');
  if (words !== null) words.textContent = `“${found.quote}”`;
  link?.setAttribute('href', `/tablet/blocks/${found.block}/code?start=${found.start_cp}&end=${found.end_cp}&revision=${found.revision}`);
}

/** @returns {{block: string, revision: string, start_cp: number, end_cp: number, quote: string} | null} */
function selected() {
  const selection = getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const text = textAround(range.startContainer) ?? textAround(range.endContainer);
  const item = text?.closest('li[data-revision]');
  if (!text || !(item instanceof HTMLElement)) return null;
  const whole = text.textContent ?? '';
  const start = text.contains(range.startContainer) ? unitsBefore(text, range.startContainer, range.startOffset) : 0;
  // A selection that runs on into the next block ends with this one.
  const end = text.contains(range.endContainer) ? unitsBefore(text, range.endContainer, range.endOffset) : whole.length;
  const place = start < end ? chosen(whole, start, end) : null;
  if (place === null) return null;
  const quote = [...whole].slice(place.start_cp, place.end_cp).join('');
  return { block: item.id.replace(/^block-/, '').slice(0, 36), revision: item.dataset.revision ?? '', quote, ...place };
}

/** @param {Node} node @returns {Element | null} */
const textAround = (node) => (node instanceof Element ? node : node.parentElement)?.closest('.fw-block__text') ?? null;

/** UTF-16 units of the block's text before this point. @param {Element} text @param {Node} node @param {number} offset */
function unitsBefore(text, node, offset) {
  const range = document.createRange();
  range.selectNodeContents(text);
  range.setEnd(node, offset);
  return range.toString().length;
}
