const DAY = 24 * 60 * 60_000;

type Moment = Date | string;
const date = (moment: Moment): Date => new Date(moment);

/** Times of day and dates as this station says them, in its own time zone. Pure. */
export function timesIn(locale: string, now: Date) {
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
