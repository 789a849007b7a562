import { useTimes } from '../../ui/times.ts';

/** Read across the room. */
export function ClockFace() {
  const { now, clock, day } = useTimes();
  return (
    <>
      <p className="clock">
        <time>{clock(now)}</time>
      </p>
      <p className="t2 day">{day(now)}</p>
    </>
  );
}
