import { useWords } from '../../i18n/i18n.ts';
import { useView } from '../../store/station-store.ts';
import { Note } from '../../ui/note.tsx';
import { useTimes } from '../../ui/times.ts';

/** Without the server: what still works, what waits here, and how old the staff list is. */
export function OfflineNote() {
  const t = useWords();
  const { clock, shortDay, isToday } = useTimes();
  const link = useView((view) => view.link);
  const isStopped = useView(
    ({ screen }) => screen.kind === 'curtain' && screen.step.kind === 'stopped',
  );
  // "You can keep working" would be untrue at a station that opens for nobody.
  if (link.kind !== 'offline' || isStopped) return null;

  const when = (at: string) =>
    isToday(at)
      ? t('offline.today', { time: clock(at) })
      : t('offline.earlier', { date: shortDay(at), time: clock(at) });
  return (
    <Note icon="unplug" role="note">
      <p className="t4 grow">
        <b>{t('offline.keepWorking')}</b> {t('offline.records', { count: link.waiting })}
        {link.directoryAt !== undefined && (
          <>
            <br />
            {t('offline.staffList', { when: when(link.directoryAt) })}
          </>
        )}
      </p>
    </Note>
  );
}
