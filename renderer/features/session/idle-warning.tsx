import { type CSSProperties, useEffect, useState } from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
import type { SessionScreen } from './session-screen.ts';

/** Spoken at its first number and at these: a countdown read aloud each second would drown itself. */
const SPOKEN: readonly number[] = [20, 10, 5];

const isButton = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('button') !== null;

/**
 * Two curtains close; the gap that is left is the time that is left. Any key, click or touch is a
 * sign of life, except Tab and what presses "Lock now".
 */
export function IdleWarning({
  screen,
  warningSeconds,
}: {
  screen: SessionScreen;
  warningSeconds: number;
}) {
  const t = useWords();
  const { secondsToLock, member } = screen;
  const [first] = useState(secondsToLock);
  // The status is there before its words: only then are they read out.
  const [isThere, setThere] = useState(false);
  useEffect(() => setThere(true), []);
  const isSpoken = isThere && (secondsToLock === first || SPOKEN.includes(secondsToLock));

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Tab') return;
      if (isButton(event.target) && (event.key === 'Enter' || event.key === ' ')) return;
      event.preventDefault();
      intend(station.stay());
    };
    const onPointer = (event: PointerEvent) => {
      if (!isButton(event.target)) intend(station.stay());
    };
    window.addEventListener('keydown', onKey);
    window.addEventListener('pointerdown', onPointer);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('pointerdown', onPointer);
    };
  }, []);

  const closed: CSSProperties & { '--closed': number } = {
    '--closed': 1 - 0.96 * Math.min(1, secondsToLock / warningSeconds),
  };
  return (
    <main className="dusk" style={closed}>
      <div className="drawn left" />
      <div className="drawn right" />
      <section
        className="ask"
        role="alertdialog"
        aria-labelledby="idle-title"
        aria-describedby="idle-number idle-text"
        data-theme="night"
      >
        <h1 className="t1" id="idle-title">
          {t('idle.title', { name: member.givenName })}
        </h1>
        <p className="big" id="idle-number" aria-hidden="true">
          {secondsToLock}
        </p>
        <p className="t4" id="idle-text">
          {t('idle.seconds', { count: secondsToLock })}
          <br />
          {t('idle.safe')}
        </p>
        <p className="sr" role="status">
          {isSpoken ? t('idle.spoken', { count: secondsToLock }) : ''}
        </p>
        <Button className="here" look="act" autoFocus onClick={() => intend(station.stay())}>
          {t('idle.here')}
        </Button>
        <p className="t4">{t('idle.anyKey')}</p>
        <Button icon="lock" onClick={() => intend(station.lock())}>
          {t('idle.lockNow')}
        </Button>
      </section>
    </main>
  );
}
