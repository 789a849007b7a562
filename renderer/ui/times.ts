import { useEffect, useState } from 'react';
import { useSpoken } from '../i18n/i18n.ts';
import { timesIn } from './times-in.ts';

const MINUTE = 60_000;

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
  const { locale } = useSpoken();
  const now = useNow();
  return { now, ...timesIn(locale, now) };
}
