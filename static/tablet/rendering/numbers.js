/**
 * Digits: rounding and printing of numbers exactly as Python does, half to even on the exact binary value.
 *
 * JavaScript's `toFixed` rounds ties up; Python does not. The exact value of a float is a fraction of two whole numbers, so the
 * arithmetic is done on those.
 */

/** The float `value` as a fraction. @param {number} value finite, not negative @returns {[bigint, bigint]} */
function fraction(value) {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponent = (high >>> 20) & 0x7ff;
  const mantissa = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const significand = exponent === 0 ? mantissa : mantissa | (1n << 52n);
  const power = (exponent === 0 ? 1 : exponent) - 1075;
  return power >= 0 ? [significand << BigInt(power), 1n] : [significand, 1n << BigInt(-power)];
}

/** @param {bigint} numerator @param {bigint} denominator @returns {bigint} the quotient, half to even */
function divideHalfEven(numerator, denominator) {
  const quotient = numerator / denominator;
  const doubled = 2n * (numerator % denominator);
  return doubled > denominator || (doubled === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** `value` with `places` digits after the point, Python's `'%.*f'`. @param {number} value finite @param {number} places @returns {string} */
export function fixed(value, places) {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [numerator, denominator] = fraction(Math.abs(value));
  const digits = divideHalfEven(numerator * 10n ** BigInt(places), denominator).toString().padStart(places + 1, '0');
  if (places === 0) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** Python's `'%.*e'`. @param {number} value finite @param {number} places @returns {string} */
export function scientific(value, places) {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === 0) return `${sign}${fixed(0, places)}e+00`;
  const [numerator, denominator] = fraction(size);
  let power = Number(size.toExponential().split('e')[1]);
  const shifted = (/** @type {number} */ p) => {
    const shift = places - p;
    return shift >= 0 ? divideHalfEven(numerator * 10n ** BigInt(shift), denominator) : divideHalfEven(numerator, denominator * 10n ** BigInt(-shift));
  };
  let digits = shifted(power).toString();
  if (digits.length > places + 1) {
    power += 1;
    digits = shifted(power).toString();
  }
  const rest = places > 0 ? `.${digits.slice(1)}` : '';
  return `${sign}${digits[0]}${rest}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Python's `'%.*g'`, without the alternate form. @param {number} value finite @param {number} precision @returns {string} */
export function general(value, precision) {
  const significant = Math.max(1, precision);
  const power = value === 0 ? 0 : Number(scientific(value, significant - 1).split('e')[1]);
  if (power < -4 || power >= significant) {
    const [mantissa, exponent] = scientific(value, significant - 1).split('e');
    return `${withoutTrailingZeros(mantissa)}e${exponent}`;
  }
  return withoutTrailingZeros(fixed(value, significant - 1 - power));
}

/** @param {string} digits @returns {string} */
function withoutTrailingZeros(digits) {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

/** Python's `round()` of a float. @param {number} value @param {number} places @returns {number} */
export function roundFloat(value, places) {
  if (!Number.isFinite(value) || value === 0) return value;
  if (places >= 0) return places > 323 ? value : Number(fixed(value, places));
  const unit = 10n ** BigInt(-places);
  const [numerator, denominator] = fraction(Math.abs(value));
  return Math.sign(value) * Number(divideHalfEven(numerator, denominator * unit) * unit);
}

/** Python's `round()` of a whole number with digits; it stays whole. @param {number} value @param {number} places @returns {number} */
export function roundWhole(value, places) {
  if (places >= 0) return value;
  const unit = 10n ** BigInt(-places);
  return Math.sign(value) * Number(divideHalfEven(BigInt(Math.abs(value)), unit) * unit);
}

/** Groups of three with a separator, before a decimal point. @param {string} digits @param {string} separator @returns {string} */
export function grouped(digits, separator) {
  const [whole, ...rest] = digits.split('.');
  return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, separator), ...rest].join('.');
}
