import { useEffect } from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
import { KeyArt } from '../../ui/key-art.tsx';

/**
 * A key appeared during a session: a sheet hangs from the rail, over cloth. Whose key it is nobody
 * knows yet; the default changes nothing, so that an accidental tap costs nothing.
 */
export function KeySheet({ name }: { name: string }) {
  const t = useWords();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.repeat) intend(station.stay());
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <main className="cloth closed">
      <section
        className="sheet"
        role="alertdialog"
        aria-labelledby="sheet-title"
        aria-describedby="sheet-text"
      >
        <div className="told">
          <KeyArt pose="held" height={190} />
          <div className="grow">
            <h1 className="t2" id="sheet-title">
              {t('sheet.title')}
            </h1>
            <div className="t4 soft" id="sheet-text">
              <p>{t('sheet.own', { name })}</p>
              <p>{t('sheet.other', { name })}</p>
            </div>
          </div>
        </div>
        <div className="choices">
          <Button look="act" icon="check" autoFocus onClick={() => intend(station.stay())}>
            {t('sheet.stay')}
          </Button>
          <Button icon="lock" onClick={() => intend(station.lock())}>
            {t('sheet.lock')}
          </Button>
          <Button icon="arrow-left-right" onClick={() => intend(station.switchUser())}>
            {t('sheet.switchUser')}
          </Button>
        </div>
      </section>
    </main>
  );
}
