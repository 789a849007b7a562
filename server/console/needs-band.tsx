import type { ReactNode } from 'react';
import type { Overview } from '../../common/wire.ts';
import { Band } from './band.tsx';
import { concernsOf } from './headline.ts';
import { Icon } from './icon.tsx';
import { useLanguage } from './language.tsx';
import { minuteOf } from './times.ts';

/** What the headline speaks of, one line each; not there when nothing is wrong. */
export function NeedsBand({ overview }: { overview: Overview }) {
  const { language, words } = useLanguage();
  const { needs } = words;
  const { disputed, unproven, silent } = concernsOf(overview);
  const now = new Date(overview.now);
  const silences = silent.map(({ name, lastSeenAt }) =>
    lastSeenAt === undefined
      ? needs.silentNever(name)
      : needs.silentSince(name, minuteOf(language, new Date(lastSeenAt), now)),
  );
  const lines: { icon: ReactNode; what: string; why: string }[] = [];
  if (disputed > 0)
    lines.push({
      icon: <Icon name="disputed" />,
      what: needs.disputed(disputed),
      why: needs.disputedWhy,
    });
  if (unproven > 0)
    lines.push({
      icon: <Icon name="unproven" />,
      what: needs.unproven(unproven),
      why: needs.unprovenWhy,
    });
  if (silent.length > 0)
    lines.push({
      icon: <Icon name="unplug" />,
      what: needs.silent(silent.length),
      why: `${words.list(silences)}.`,
    });
  if (lines.length === 0) return null;
  return (
    <Band title={needs.title} note={needs.things(lines.length)}>
      <ul className="needs">
        {lines.map(({ icon, what, why }) => (
          <li key={what}>
            {icon}
            <span>
              <b>{what}</b> {why}
            </span>
          </li>
        ))}
      </ul>
    </Band>
  );
}
