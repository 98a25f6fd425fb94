/**
 * The title case of one character, where it is not its capital: digraphs, Greek with iota, ligatures and Georgian.
 *
 * JavaScript has no title case of its own. The table is Unicode's (SpecialCasing and UnicodeData), as Python has it.
 */

const PAIRS = new Map(
  (
    'Ǆǅ ǆǅ Ǉǈ ǉǈ Ǌǋ ǌǋ Ǳǲ ǳǲ ᾀᾈ ᾁᾉ ᾂᾊ ᾃᾋ ᾄᾌ ᾅᾍ ᾆᾎ ᾇᾏ ᾐᾘ ᾑᾙ ᾒᾚ ᾓᾛ ᾔᾜ ᾕᾝ ᾖᾞ ᾗᾟ ᾠᾨ ᾡᾩ ᾢᾪ ᾣᾫ ᾤᾬ ᾥᾭ ᾦᾮ ᾧᾯ ' +
    'ᾲ\u1fba\u0345 ᾳᾼ ᾴ\u0386\u0345 ᾷᾼ\u0342 ῂ\u1fca\u0345 ῃῌ ῄ\u0389\u0345 ῇῌ\u0342 ῲ\u1ffa\u0345 ῳῼ ῴ\u038f\u0345 ῷῼ\u0342'
  )
    .split(' ')
    .map((pair) => [pair[0], pair.slice(1)]),
);
const UNCHANGED = /[\p{Lt}\u10d0-\u10fa\u10fd-\u10ff]/u;
const LIGATURE = /[\u00df\u0587\ufb00-\ufb06\ufb13-\ufb17]/;

/** @param {string} character one code point @returns {string} */
export function titleCase(character) {
  const paired = PAIRS.get(character);
  if (paired !== undefined) return paired;
  if (UNCHANGED.test(character)) return character;
  const capital = character.toUpperCase();
  return LIGATURE.test(character) ? capital[0] + capital.slice(1).toLowerCase() : capital;
}
