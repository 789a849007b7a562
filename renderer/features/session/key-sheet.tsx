import { useEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
import { KeyArt } from '../../ui/key-art.tsx';
import { digitOf } from '../lock/pin-keys.ts';
import type { SessionScreen } from './session-screen.ts';

type OverKey = Extract<SessionScreen['over'], { kind: 'key' }>;
type Owner = OverKey['owner'];
/** Whoever types a PIN where none is asked for presses Enter this soon after it. */
const PIN_TAIL_MS = 2_000;

/**
 * A key appeared during a session: a sheet hangs from the rail, over cloth. Whose key it is it may say
 * by itself; the default changes nothing, so that an accidental tap costs nothing.
 */
export function KeySheet({ name, over: { owner, endsSession } }: { name: string; over: OverKey }) {
  const t = useWords();
  const digitAt = useRef(Number.NEGATIVE_INFINITY);
  const [isPin, setIsPin] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.repeat) intend(station.stay());
      if (digitOf(event) !== undefined) {
        digitAt.current = event.timeStamp;
        setIsPin(true);
      }
      // It ends a PIN, and chooses nothing.
      if (event.key === 'Enter' && event.timeStamp - digitAt.current < PIN_TAIL_MS)
        event.preventDefault();
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
              <Title name={name} owner={owner} />
            </h1>
            <div className="t4 soft" id="sheet-text">
              {owner === undefined && <p>{t('sheet.maybeOwn', { name })}</p>}
              {owner === undefined && (
                <p>{t(endsSession ? 'sheet.maybeEnds' : 'sheet.maybeOther', { name })}</p>
              )}
              {owner?.kind === 'own' && <p>{t('sheet.own')}</p>}
              {owner?.kind === 'other' && (
                <p>{t(endsSession ? 'sheet.ends' : 'sheet.other', { name })}</p>
              )}
            </div>
            <p className="t4" role="status">
              {isPin && <b>{t('sheet.noPin')}</b>}
            </p>
          </div>
        </div>
        <div className="choices">
          <Button look="act" icon="check" autoFocus onClick={() => intend(station.stay())}>
            {t('sheet.stay')}
          </Button>
          <Button icon="lock" onClick={() => intend(station.lock())}>
            {t('sheet.lock')}
          </Button>
          {owner?.kind !== 'own' && (
            <Button icon="arrow-left-right" onClick={() => intend(station.switchUser())}>
              {t('sheet.switchUser')}
            </Button>
          )}
        </div>
      </section>
    </main>
  );
}

function Title({ name, owner }: { name: string; owner: Owner }) {
  const t = useWords();
  switch (owner?.kind) {
    case 'own':
      return t('sheet.titleOwn', { name });
    case 'other':
      return t('sheet.titleOther', { name: owner.name });
    case undefined:
      return t('sheet.title');
  }
}
