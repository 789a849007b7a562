import { useLayoutEffect, useState } from 'react';
import type { CurtainStep } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { KeyArt } from '../../ui/key-art.tsx';
import { TriesLeft, triesWorthSaying } from './tries-left.tsx';
import type { TypedPin } from './typed-pin.ts';

type PinStep = Extract<CurtainStep, { kind: 'pin' }>;

/** Dots drawn one by one; more digits than these are told by a number. */
const DOTS = 10;
/** Main gives the PIN a minute: it hears this often of a hand that is slow (WCAG 2.2.1). */
const TELL_MS = 15_000;

function createPresence() {
  let toldAt = performance.now();
  return () => {
    const now = performance.now();
    if (now - toldAt <= TELL_MS) return;
    toldAt = now;
    intend(station.stay());
  };
}

/**
 * The PIN pad. The digits are in the buffer and nowhere else: React knows how many there are, the
 * document holds no input and no value, and a physical key presses nothing on the screen.
 */
export function PinPad({ step, typed }: { step: PinStep; typed: TypedPin }) {
  const t = useWords();
  const { buffer } = typed;
  const [count, setCount] = useState(buffer.length);
  const [hint, setHint] = useState<'short' | 'letter'>();
  const [tellPresence] = useState(createPresence);
  const { minLength } = step;

  const changed = () => {
    tellPresence();
    setCount(buffer.length);
    setHint(undefined);
  };
  const press = (digit: number) => {
    buffer.push(digit);
    changed();
  };
  const erase = () => {
    buffer.cut(buffer.length - 1);
    changed();
  };
  const submit = () => {
    if (buffer.length < minLength) {
      setHint('short');
      return;
    }
    buffer.spend((pin) => intend(station.submitPin(pin)));
    setCount(0);
  };

  // Before the pad is seen: whoever types at its first sight loses no digit, and so no try.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const meant = typed.hear(event);
      if (meant === 'ignored') return;
      if (meant === 'submit') return submit();
      changed();
      if (meant === 'letter') setHint('letter');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  // Main's word holds until something is typed.
  const isShort = hint === 'short' || (step.tooShort && count === 0);
  const isAgain = step.mismatches > 0;
  const isReady = count >= minLength;
  const found = step.owner === undefined ? t('pin.found') : t('pin.foundOf', { name: step.owner });
  return (
    <>
      <div className="pin-head">
        <div className="grow">
          <h2 className="t2" id="step-title">
            {t(isAgain ? 'pin.again' : 'pin.title')}
          </h2>
          <p className="soft lead" role="status">
            {hint === 'letter' ? (
              <Hint>{t('pin.digitsOnly')}</Hint>
            ) : isShort ? (
              <Hint>{t('pin.short', { count: minLength })}</Hint>
            ) : isAgain ? (
              t('pin.noMatch')
            ) : (
              found
            )}
          </p>
        </div>
        <KeyArt pose="held" height={112} />
      </div>
      {triesWorthSaying(step) && <TriesLeft step={step} />}
      <Dots count={count} minLength={minLength} />
      {/* A finger or a mouse leaves the focus alone, so that Enter afterwards still means Open. */}
      <div className="pad" role="group" aria-label={t('pin.pad')} onMouseDown={keepFocus}>
        {[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => (
          <Button key={digit} onClick={() => press(digit)}>
            {digit}
          </Button>
        ))}
        <Button className="word" icon="erase" onClick={erase}>
          {t('pin.erase')}
        </Button>
        <Button onClick={() => press(0)}>0</Button>
        <Button
          className="word"
          {...(isReady ? { look: 'act' as const } : { 'aria-disabled': true })}
          onClick={submit}
        >
          {t('pin.open')}
        </Button>
      </div>
    </>
  );
}

function Hint({ children }: { children: string }) {
  return (
    <strong className="hint">
      <Icon name="hand" />
      {children}
    </strong>
  );
}

function keepFocus(event: { preventDefault: () => void }): void {
  event.preventDefault();
}

function Dots({ count, minLength }: { count: number; minLength: number }) {
  const t = useWords();
  const drawn = Math.min(DOTS, Math.max(count, minLength));
  return (
    <div className="dots">
      <span className="sr" role="status">
        {t('pin.typed', { count })}
      </span>
      {Array.from({ length: drawn }, (_, index) => (
        <i key={index} className={index < count ? 'on' : ''} />
      ))}
      {count > DOTS && <b aria-hidden="true">+{count - DOTS}</b>}
    </div>
  );
}
