/**
 * Which words two versions of one text have in common, and which stand in one of them alone (rule R5).
 *
 * For a person who decides between two versions of what somebody said. Word by word, exact to the letter, and bounded: of texts that have
 * too little in common, or repeat themselves too often, fewer words count as the same, never as alike when they are not. Nothing here
 * decides or writes, and nobody's words wait behind it: it pauses as it goes. `fieldwork/domain/differences.py` is the same rule at the
 * office, and `sync/vectors/differences.json` holds both to the same answers.
 */

/** What one comparison may cost: half of it for the whole text, the rest for what lies between words that occur once. */
const MOST_STEPS = 300_000;
/** 10,000 words with 3,000 changes take a quarter core up to a quarter of a second: a save would wait for it. So many steps take it some 20 ms. */
const STEPS_AT_ONCE = 20_000;
const WORD = /[ \t\n\r\v\f\u0085\u00a0\u2028\u2029]*[^ \t\n\r\v\f\u0085\u00a0\u2028\u2029]+|[ \t\n\r\v\f\u0085\u00a0\u2028\u2029]+/g;

/** @typedef {[number, number, number]} Same  a run of equal words: where it begins in the one, where in the other, how many */
/** @typedef {{text: string, alone: boolean}} Run  words of a version in a row; `alone`: the other version does not have them here */

/** @typedef {() => Promise<unknown>} Pause */

/** Until what came to the worker meanwhile, a save first of all, has begun. @type {Pause} */
const aTurn = () => new Promise((resolve) => { setTimeout(resolve); });

/** What one comparison has cost so far, and its pauses. */
class Walk {
  steps = 0;

  #paused_at = 0;

  /** @param {Pause} pause */
  constructor(pause) {
    this.pause = pause;
  }

  async rests() {
    if (this.steps - this.#paused_at < STEPS_AT_ONCE) return;
    this.#paused_at = this.steps;
    await this.pause();
  }
}

/** Both texts, each cut into runs; together the runs of a text are that text, every letter of it. @param {string} one @param {string} other @param {Pause} [pause] @returns {Promise<[Run[], Run[]]>} */
export async function difference(one, other, pause = aTurn) {
  const mine = wordsIn(one);
  await pause();
  const theirs = wordsIn(other);
  await pause();
  const [a, b] = numbered(mine, theirs);
  await pause();
  const same = withoutCrumbs(await sameWords(a, b, new Walk(pause)), mine.length, theirs.length);
  return [runs(mine, same.map(([at, , n]) => [at, n])), runs(theirs, same.map(([, at, n]) => [at, n]))];
}

/** The text as words, each with the space before it; space at the very end is a word of its own. @param {string} text @returns {string[]} */
const wordsIn = (text) => text.match(WORD) ?? [];

/** @param {string[]} mine @param {string[]} theirs @returns {[Int32Array, Int32Array]} */
function numbered(mine, theirs) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  const number = (/** @type {string} */ word) => {
    const known = numbers.get(word);
    if (known !== undefined) return known;
    numbers.set(word, numbers.size);
    return numbers.size - 1;
  };
  return [Int32Array.from(mine, number), Int32Array.from(theirs, number)];
}

/** @param {Int32Array} wholeA @param {Int32Array} wholeB @param {Walk} walk @returns {Promise<Same[]>} */
async function sameWords(wholeA, wholeB, walk) {
  const [first, last] = ends(wholeA, wholeB);
  /** @type {Same[]} */
  const begin = first > 0 ? [[0, 0, first]] : [];
  /** @type {Same[]} */
  const end = last > 0 ? [[wholeA.length - last, wholeB.length - last, last]] : [];
  const a = wholeA.subarray(first, wholeA.length - last);
  const b = wholeB.subarray(first, wholeB.length - last);
  const middle = await shortest(a, b, MOST_STEPS / 2, walk) ?? await betweenAnchors(a, b, walk);
  return [...begin, ...middle.map(([x, y, n]) => /** @type {Same} */ ([x + first, y + first, n])), ...end];
}

/** How many words both begin with, and how many of the rest both end with. @param {Int32Array} a @param {Int32Array} b @returns {[number, number]} */
function ends(a, b) {
  const shorter = Math.min(a.length, b.length);
  let first = 0;
  while (first < shorter && a[first] === b[first]) first += 1;
  let last = 0;
  while (last < shorter - first && a[a.length - 1 - last] === b[b.length - 1 - last]) last += 1;
  return [first, last];
}

/** The runs that leave the fewest words alone (Myers 1986), or null when that takes more than `most` steps. @param {Int32Array} a @param {Int32Array} b @param {number} most @param {Walk} walk @returns {Promise<Same[] | null>} */
async function shortest(a, b, most, walk) {
  const [n, m] = [a.length, b.length];
  const middle = n + m + 1;
  const furthest = new Int32Array(2 * middle + 1);
  /** @type {Int32Array[]} */
  const saved = [];
  const began = walk.steps;
  for (let d = 0; d <= n + m; d += 1) {
    await walk.rests();
    for (let k = -d; k <= d; k += 2) {
      const at = middle + k;
      const down = k === -d || (k !== d && furthest[at - 1] < furthest[at + 1]);
      let x = down ? furthest[at + 1] : furthest[at - 1] + 1;
      let y = x - k;
      walk.steps += 1;
      while (x < n && y < m && a[x] === b[y]) {
        x += 1;
        y += 1;
        walk.steps += 1;
      }
      furthest[at] = x;
      if (x >= n && y >= m) return walkedBack(saved, d, n, m);
    }
    if (walk.steps - began > most) return null;
    saved.push(furthest.slice(middle - d, middle + d + 1));
  }
  return [];
}

/** @param {Int32Array[]} saved @param {number} d @param {number} n @param {number} m @returns {Same[]} */
function walkedBack(saved, d, n, m) {
  /** @type {Same[]} */
  const found = [];
  let [x, y] = [n, m];
  for (let step = d; step > 0; step -= 1) {
    const before = saved[step - 1];
    const k = x - y;
    const down = k === -step || (k !== step && before[k - 1 + step - 1] < before[k + 1 + step - 1]);
    const kBefore = down ? k + 1 : k - 1;
    const xBefore = before[kBefore + step - 1];
    const start = down ? xBefore : xBefore + 1;
    if (x > start) found.push([start, start - k, x - start]);
    [x, y] = [xBefore, xBefore - kBefore];
  }
  if (x > 0) found.push([0, 0, x]);
  return found.reverse();
}

/** By words that occur once in each and stand in the same order; what lies between them is compared while steps are left. @param {Int32Array} a @param {Int32Array} b @param {Walk} walk @returns {Promise<Same[]>} */
async function betweenAnchors(a, b, walk) {
  /** @type {Same[]} */
  const found = [];
  let [fromA, fromB] = [0, 0];
  for (const [x, y] of [...anchors(a, b), [a.length, b.length]]) {
    const gapA = a.subarray(fromA, x);
    const gapB = b.subarray(fromB, y);
    const [first, last] = ends(gapA, gapB);
    const left = Math.max(0, MOST_STEPS - walk.steps);
    const inner = await shortest(gapA.subarray(first, gapA.length - last), gapB.subarray(first, gapB.length - last), left, walk) ?? [];
    found.push([fromA, fromB, first]);
    for (const [i, j, n] of inner) found.push([fromA + first + i, fromB + first + j, n]);
    // The word itself counts with the words before it, so that runs that touch are one.
    found.push([x - last, y - last, last + Number(x < a.length)]);
    [fromA, fromB] = [x + 1, y + 1];
  }
  return joined(found);
}

/** The longest row of words that occur once in each text, in the order of both. @param {Int32Array} a @param {Int32Array} b @returns {[number, number][]} */
function anchors(a, b) {
  /** @type {Map<number, number>} */
  const places = new Map();
  b.forEach((word, at) => places.set(word, places.has(word) ? -1 : at));
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const word of a) counts.set(word, (counts.get(word) ?? 0) + 1);
  /** @type {[number, number][]} */
  const pairs = [];
  a.forEach((word, at) => {
    const place = places.get(word) ?? -1;
    if (counts.get(word) === 1 && place >= 0) pairs.push([at, place]);
  });
  /** @type {number[]} */
  const last = [];
  /** @type {number[]} */
  const before = [];
  pairs.forEach(([, y], index) => {
    let [low, high] = [0, last.length];
    while (low < high) {
      const half = (low + high) >> 1;
      if (pairs[last[half]][1] < y) low = half + 1;
      else high = half;
    }
    before.push(low === 0 ? -1 : last[low - 1]);
    last[low] = index;
  });
  /** @type {[number, number][]} */
  const row = [];
  for (let index = last.at(-1) ?? -1; index >= 0; index = before[index]) row.push(pairs[index]);
  return row.reverse();
}

/** @param {Same[]} found @returns {Same[]} */
function joined(found) {
  /** @type {Same[]} */
  const whole = [];
  for (const [x, y, n] of found) {
    if (n === 0) continue;
    const end = whole.at(-1);
    if (end !== undefined && end[0] + end[2] === x && end[1] + end[2] === y) end[2] += n;
    else whole.push([x, y, n]);
  }
  return whole;
}

/** Without single words between two longer differences: one “the” in common says nothing, and makes both harder to read. @param {Same[]} same @param {number} lengthA @param {number} lengthB @returns {Same[]} */
function withoutCrumbs(same, lengthA, lengthB) {
  /** @type {Same[]} */
  const kept = [];
  let [fromA, fromB] = [0, 0];
  same.forEach(([x, y, n], index) => {
    const [nextA, nextB] = same[index + 1] ?? [lengthA, lengthB];
    const before = x - fromA + y - fromB;
    const after = nextA - x - n + nextB - y - n;
    if (n === 1 && before >= 3 && after >= 3) return;
    kept.push([x, y, n]);
    [fromA, fromB] = [x + n, y + n];
  });
  return kept;
}

/** @param {string[]} words @param {[number, number][]} same @returns {Run[]} */
function runs(words, same) {
  /** @type {Run[]} */
  const cut = [];
  let done = 0;
  for (const [at, n] of [...same, [words.length, 0]]) {
    for (const { text, alone } of [{ text: words.slice(done, at).join(''), alone: true }, { text: words.slice(at, at + n).join(''), alone: false }]) {
      const last = cut.at(-1);
      // Where only the other text has words in between, two runs in common follow each other: they are one.
      if (text !== '' && last?.alone === alone) last.text += text;
      else if (text !== '') cut.push({ text, alone });
    }
    done = at + n;
  }
  return cut;
}
