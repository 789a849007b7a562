import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';

/** In place of the bar's controls: an administrator is asked once more. The default changes nothing. */
export function Closing({ onCancel }: { onCancel: () => void }) {
  const t = useWords();
  return (
    <section
      className="closing"
      role="alertdialog"
      aria-labelledby="closing-title"
      aria-describedby="closing-text"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <div>
        <h2 id="closing-title">{t('bar.closeTitle')}</h2>
        <p id="closing-text">{t('bar.closeText')}</p>
      </div>
      <Button icon="power" onClick={() => intend(station.close())}>
        {t('bar.closeYes')}
      </Button>
      <Button look="act" autoFocus onClick={onCancel}>
        {t('cancel')}
      </Button>
    </section>
  );
}
