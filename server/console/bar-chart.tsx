import { useLanguage } from './language.tsx';
import { ticksFor } from './scale.ts';
import { hourAndMinute } from './times.ts';
import { useNow } from './use-now.ts';

const percent = (part: number): string => `${100 * part}%`;

/** Bars by hour of the day. The drawing stretches; its words are page text, so that they grow with it. */
export function BarChart({ values, summary }: { values: readonly number[]; summary: string }) {
  const { language, words } = useLanguage();
  const now = new Date(useNow(30_000));
  const ticks = ticksFor(Math.max(...values));
  const top = ticks.at(-1) ?? 1;
  const slot = 1 / values.length;
  const nowAt = (now.getHours() + now.getMinutes() / 60) / 24;
  return (
    <div className="chart" role="img" aria-label={summary}>
      <div className="chart-y" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick} style={{ bottom: percent(tick / top) }}>
            {words.number(tick)}
          </span>
        ))}
      </div>
      <svg aria-hidden="true">
        {ticks.map((tick) => (
          <line
            key={tick}
            className={tick === 0 ? 'axis' : 'rule'}
            x1="0"
            x2="100%"
            y1={percent(1 - tick / top)}
            y2={percent(1 - tick / top)}
          />
        ))}
        {values.map((value, hour) => (
          <rect
            key={hour}
            className="bar"
            x={percent((hour + 0.12) * slot)}
            width={percent(0.76 * slot)}
            y={percent(1 - value / top)}
            height={percent(value / top)}
          />
        ))}
        <line className="now" x1={percent(nowAt)} x2={percent(nowAt)} y1="-18" y2="100%" />
        <text
          x={percent(nowAt)}
          dx={nowAt > 0.8 ? -8 : 8}
          // Above the tallest bar.
          y="-8"
          textAnchor={nowAt > 0.8 ? 'end' : 'start'}
        >
          {words.accesses.now(hourAndMinute(language, now))}
        </text>
      </svg>
      <div className="chart-x" aria-hidden="true">
        {[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => (
          <span key={hour} style={{ left: percent(hour / 24) }}>
            {String(hour).padStart(2, '0')}:00
          </span>
        ))}
      </div>
    </div>
  );
}
