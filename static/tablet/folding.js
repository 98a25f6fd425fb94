/**
 * How words are compared when somebody looks for them: capitals and small letters alike, accents aside.
 *
 * Each folded letter remembers where it came from, so that the word can be marked in the text as it was typed.
 */

/** Letters that do not come apart into a letter and a mark. @type {Record<string, string>} */
const ALIKE = { ł: 'l', đ: 'd', ø: 'o', ħ: 'h', ı: 'i', æ: 'ae', œ: 'oe', '’': "'", '‘': "'" };

/** @param {string} letter one code point */
function foldLetter(letter) {
  const plain = letter.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
  return [...plain].map((one) => ALIKE[one] ?? one).join('');
}

/** @param {string} text @returns {string} */
export const folded = (text) => [...text].map(foldLetter).join('');

/** Every place where the words stand, in code points of the text as it was typed. @param {string} text @param {string} wanted already folded @returns {{start_cp: number, end_cp: number}[]} */
export function placesOf(text, wanted) {
  if (wanted === '') return [];
  let all = '';
  /** @type {number[]} */
  const from = [];
  [...text].forEach((letter, index) => {
    const plain = foldLetter(letter);
    for (let unit = 0; unit < plain.length; unit += 1) from.push(index);
    all += plain;
  });
  const places = [];
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + wanted.length)) {
    places.push({ start_cp: from[at], end_cp: from[at + wanted.length - 1] + 1 });
  }
  return places;
}
