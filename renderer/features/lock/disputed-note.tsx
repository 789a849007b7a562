import { useWords } from '../../i18n/i18n.ts';
import { useView } from '../../store/station-store.ts';
import { Note } from '../../ui/note.tsx';

/** The server disputes the station's log: who works here may go on, and should tell somebody. */
export function DisputedNote() {
  const t = useWords();
  const isDisputed = useView((view) => view.logDisputed);
  // Offline has a note of its own that says the same of the records; the mark stays in the rail.
  const isOffline = useView((view) => view.link.kind === 'offline');
  const isStopped = useView(
    ({ screen }) => screen.kind === 'curtain' && screen.step.kind === 'stopped',
  );
  if (!isDisputed || isOffline || isStopped) return null;
  return (
    <Note icon="scroll-text" role="note">
      <p className="t4 grow">
        <b>{t('offline.keepWorking')}</b> {t('disputed')}
      </p>
    </Note>
  );
}
