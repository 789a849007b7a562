import type { Language } from './language.tsx';

const clock: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
};

/** 14:36, in the reader's time zone. */
export const hourAndMinute = (language: Language, at: Date): string =>
  at.toLocaleTimeString(language, clock);

/** 14:36:02; with the day before it when that is not the day of `now`. */
export function momentOf(language: Language, at: Date, now: Date): string {
  const time = at.toLocaleTimeString(language, { ...clock, second: '2-digit' });
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.toLocaleDateString(language, { day: 'numeric', month: 'short' })}, ${time}`;
}
