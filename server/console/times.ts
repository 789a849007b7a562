import type { Language } from './language.tsx';

const minute = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const second = { ...minute, second: '2-digit' } as const;

/** 14:36, in the reader's time zone. */
export const hourAndMinute = (language: Language, at: Date): string =>
  at.toLocaleTimeString(language, minute);

/** 14:36:02; with the day before it when that is not the day of `now`. */
export function momentOf(
  language: Language,
  at: Date,
  now: Date,
  precision: Intl.DateTimeFormatOptions = second,
): string {
  const time = at.toLocaleTimeString(language, precision);
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.toLocaleDateString(language, { day: 'numeric', month: 'short' })}, ${time}`;
}

/** 14:36; with the day before it when that is not the day of `now`. */
export const minuteOf = (language: Language, at: Date, now: Date): string =>
  momentOf(language, at, now, minute);
