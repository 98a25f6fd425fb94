/** Dates and times in words, the same at the office. They are the tablet's own time where a person reads a clock. */

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** "11 February 2025" from "2025-02-11"; '' when it is not a date. @param {string} date @returns {string} */
export function dayWords(date) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(date);
  const month = parts === null ? undefined : MONTHS[Number(parts[2]) - 1];
  return parts === null || month === undefined ? '' : `${Number(parts[3])} ${month} ${parts[1]}`;
}

/** "Tuesday 11 February 2025". @param {string} date @returns {string} */
export function weekdayWords(date) {
  const words = dayWords(date);
  if (words === '') return '';
  const [year, month, day] = date.split('-').map(Number);
  return `${DAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]} ${words}`;
}

/** The date and the time of this moment where the tablet is. @param {Date} now @returns {{date: string, time: string}} */
export function dateAndTime(now) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  return {
    date: `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`,
    time: `${two(now.getHours())}:${two(now.getMinutes())}`,
  };
}

/** "2:05pm" from "14:05"; what is not a time stands as it is. @param {string} time @returns {string} */
export function clockWords(time) {
  const parts = /^(\d{1,2}):(\d{2})/.exec(time);
  if (parts === null) return time;
  const [hour, minutes] = [Number(parts[1]), parts[2]];
  if (minutes === '00' && (hour === 0 || hour === 12)) return hour === 0 ? 'midnight' : 'midday';
  return `${((hour + 11) % 12) + 1}:${minutes}${hour < 12 ? 'am' : 'pm'}`;
}

/** "11 February 2025 at 10:05am" from RFC 3339, in the tablet's own time. @param {string} at @returns {string} */
export function momentWords(at) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return '';
  const { date, time } = dateAndTime(moment);
  return `${dayWords(date)} at ${clockWords(time)}`;
}

/** "10 to 14 February 2025", from two dates. @param {string} from @param {string} to @returns {string} */
export function spanWords(from, to) {
  const [first, last] = [dayWords(from), dayWords(to)];
  if (first === '' || last === '' || first === last) return first || last;
  if (from.slice(0, 7) === to.slice(0, 7)) return `${first.split(' ')[0]} to ${last}`;
  return from.slice(0, 4) === to.slice(0, 4) ? `${first.split(' ').slice(0, 2).join(' ')} to ${last}` : `${first} to ${last}`;
}
