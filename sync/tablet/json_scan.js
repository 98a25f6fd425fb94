/**
 * Reads JSON more strictly than `JSON.parse`: a key that comes twice in one object, a number that would not come back
 * as it was written, and nesting that is too deep are refused.
 *
 * `JSON.parse` keeps the last of two equal keys and says nothing, so words could vanish between two readers. This
 * scanner is walked only when the fast comparison in `body.js` finds that a body was not written by this program.
 */

/** @param {string} text @param {number} maxDepth @returns {string | null} what is wrong, or null */
export function scanJson(text, maxDepth) {
  let at = 0;
  /** @type {string | null} */
  let problem = null;

  const skipSpace = () => {
    while (text[at] === ' ') at += 1;
  };
  const string = () => {
    const from = at;
    at += 1;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
    return /** @type {string} */ (JSON.parse(text.slice(from, at)));
  };
  /** @param {number} depth */
  const value = (depth) => {
    skipSpace();
    const first = text[at];
    if (depth > maxDepth && (first === '{' || first === '[')) {
      problem ??= 'depth';
      at = text.length;
    } else if (first === '{') object(depth);
    else if (first === '[') list(depth);
    else if (first === '"') string();
    else literal();
    skipSpace();
  };
  /** @param {number} depth */
  const object = (depth) => {
    const keys = new Set();
    at += 1;
    skipSpace();
    while (at < text.length && text[at] !== '}') {
      skipSpace();
      const key = string();
      if (keys.has(key)) problem ??= 'duplicate';
      keys.add(key);
      skipSpace();
      at += 1;
      value(depth + 1);
      if (text[at] === ',') at += 1;
    }
    at += 1;
  };
  /** @param {number} depth */
  const list = (depth) => {
    at += 1;
    skipSpace();
    while (at < text.length && text[at] !== ']') {
      value(depth + 1);
      if (text[at] === ',') at += 1;
    }
    at += 1;
  };
  const literal = () => {
    const word = /[^,\]} ]*/y;
    word.lastIndex = at;
    const [found] = /** @type {RegExpExecArray} */ (word.exec(text));
    at += found.length;
    if (/^-?[0-9]/.test(found) && !isKeptNumber(found)) problem ??= 'number';
  };

  value(1);
  return problem;
}

/** Whole numbers up to 2^53 either way, and finite fractions. @param {string} written */
function isKeptNumber(written) {
  const number = Number(written);
  if (/^-?[0-9]+$/.test(written)) return Math.abs(number) <= 2 ** 53 && BigInt(written) === BigInt(number);
  return Number.isFinite(number);
}
