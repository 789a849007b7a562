import { useWords } from '../../i18n/i18n.ts';
import { useView } from '../../store/station-store.ts';
import { useTimes } from '../../ui/times.ts';

/** More than these are told by a number. */
const SHOWN = 6;

/** Who is parked here: bed tags hung on the cloth. Names and times only as far as policy shows them. */
export function ParkedTags() {
  const t = useWords();
  const { clock } = useTimes();
  const parked = useView((view) => view.parked);
  if (parked.length === 0) return null;
  return (
    <section className="parked" aria-labelledby="parked-title">
      <h2 className="t4" id="parked-title">
        {t('parked.title')}
      </h2>
      <ul className="tags">
        {parked.slice(0, SHOWN).map(({ id, name, since, until }) => (
          <li key={id} className="tag">
            <b>{name ?? t('parked.someone')}</b>
            {since !== undefined && (
              <span className="soft">
                {until === undefined
                  ? t('parked.since', { since: clock(since) })
                  : t('parked.times', { since: clock(since), until: clock(until) })}
              </span>
            )}
          </li>
        ))}
        {parked.length > SHOWN && (
          <li className="tag">
            <b>{t('parked.more', { count: parked.length - SHOWN })}</b>
          </li>
        )}
      </ul>
    </section>
  );
}
