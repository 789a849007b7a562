import { useEffect, useState } from 'react';
import type { Language } from '../../preload/contract.ts';
import { useView } from '../store/station-store.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** 24-hour clocks and day before month in both languages: a ward's own way of writing time. */
const locales: Record<Language, string> = { en: 'en-GB', es: 'es-ES' };

type Moment = Date | string;
const date = (moment: Moment): Date => new Date(moment);

/** Times of day and dates as this station says them, in its own time zone. Pure. */
export function timesIn(language: Language, now: Date) {
  const locale = locales[language];
  const clock = (moment: Moment): string =>
    date(moment).toLocaleTimeString(locale, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  return {
    clock,
    day(moment: Moment): string {
      const text = date(moment).toLocaleDateString(locale, {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
      });
      return text.slice(0, 1).toLocaleUpperCase(locale) + text.slice(1);
    },
    shortDay: (moment: Moment): string =>
      date(moment).toLocaleDateString(locale, { day: 'numeric', month: 'long' }),
    isToday: (moment: Moment): boolean => date(moment).toDateString() === now.toDateString(),
    /** Whole days gone by; 0 until a day has passed. */
    daysSince: (moment: Moment): number =>
      Math.max(0, Math.floor((now.getTime() - date(moment).getTime()) / DAY)),
  };
}

/** The station's own clock: renders again when the minute turns. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setTimeout(() => setNow(new Date()), MINUTE - (now.getTime() % MINUTE));
    return () => clearTimeout(timer);
  }, [now]);
  return now;
}

export function useTimes() {
  const language = useView((view) => view.language);
  const now = useNow();
  return { now, ...timesIn(language, now) };
}
