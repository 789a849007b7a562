import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { unreachable } from '../../../common/result.ts';
import type { CurtainStep } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { useView } from '../../store/station-store.ts';
import { Button } from '../../ui/button.tsx';
import { KeyArt } from '../../ui/key-art.tsx';
import { PinPad } from './pin-pad.tsx';
import { type TypedPin, createTypedPin } from './typed-pin.ts';
import { Stopped } from './stopped.tsx';
import { Waiting } from './waiting.tsx';

/** The step at the curtain, in its opening. While a session is on screen the cloth is closed. */
export function Step() {
  const screen = useView((view) => view.screen);
  if (screen.kind === 'session') return null;
  const { step } = screen;
  return (
    <Parted step={step}>
      <Content step={step} />
    </Parted>
  );
}

function Content({ step }: { step: CurtainStep }) {
  const t = useWords();
  switch (step.kind) {
    case 'waiting':
      return <Waiting step={step} />;
    case 'reading':
    case 'pin':
      // What is typed is for the key of one attempt.
      return <Entry key={step.attempt} step={step} />;
    case 'choosing':
      return (
        <Patience pose="touch" title={t('choosing.title')} text={t('choosing.text')}>
          <Cancel />
        </Patience>
      );
    case 'checking':
      return (
        <Patience title={t('checking.title')} text={t('checking.text')}>
          <Cancel />
        </Patience>
      );
    case 'touch':
      return (
        <Patience pose="touch" title={t('touch.title')} text={t('touch.text')}>
          <Cancel />
        </Patience>
      );
    case 'tap': {
      const title =
        step.owner === undefined ? t('touch.title') : t('tap.title', { name: step.owner });
      return (
        <Patience pose="touch" title={title} text={t('tap.text')}>
          <Cancel />
        </Patience>
      );
    }
    case 'opening':
      return <Patience title={t('opening.title')} text={t('opening.text')} />;
    case 'stopped':
      return <Stopped stop={step.stop} />;
    // Has the whole curtain: see Setup.
    case 'unpaired':
      return null;
    default:
      return unreachable(step);
  }
}

/** From the first look at a key to its PIN. */
function Entry({ step }: { step: Extract<CurtainStep, { kind: 'reading' | 'pin' }> }) {
  const t = useWords();
  const [typed] = useState(createTypedPin);
  // The digits do not outlive what asks for them.
  useLayoutEffect(() => () => typed.buffer.cut(0), [typed]);
  if (step.kind === 'pin')
    return (
      <>
        <PinPad key={step.mismatches} step={step} typed={typed} />
        <Cancel />
      </>
    );
  return (
    <Patience title={t('reading.title')} text={t('reading.text')}>
      <TypedAhead typed={typed} />
      <Cancel />
    </Patience>
  );
}

/** Widens once, when an attempt begins or something needs more words; then it stays as it is. */
const isSlim = (step: CurtainStep): boolean => step.kind === 'waiting' && step.notice === undefined;

function Parted({ step, children }: { step: CurtainStep; children: ReactNode }) {
  const section = useRef<HTMLElement>(null);
  const thing =
    step.kind === 'waiting'
      ? `${step.kind} ${step.keyPresent}`
      : step.kind === 'stopped'
        ? `${step.kind} ${step.stop}`
        : step.kind;
  // A new step is announced, and the keyboard begins at it; its one filled button comes first.
  useEffect(() => {
    const target = section.current?.querySelector<HTMLElement>('[data-first]') ?? section.current;
    target?.focus({ preventScroll: true });
  }, [thing]);
  const isPin = step.kind === 'pin';
  return (
    <section
      ref={section}
      className={`opening ${isSlim(step) ? 'slim' : 'wide'} ${isPin ? 'pin' : 'middle'}`}
      tabIndex={-1}
      aria-labelledby="step-title"
      aria-describedby="step-text"
    >
      {children}
    </section>
  );
}

/** A step that waits: for the key, or for a finger on it. */
function Patience({
  pose = 'in-port',
  title,
  text,
  children,
}: {
  pose?: 'in-port' | 'touch';
  title: string;
  text: string;
  children?: ReactNode;
}) {
  return (
    <>
      <span className="grow" />
      <KeyArt pose={pose} height={400} />
      <h2 className="t1 title" id="step-title">
        {title}
      </h2>
      <p className="t4 soft lead" id="step-text">
        {text}
      </p>
      <span className="grow" />
      {children}
    </>
  );
}

/** Whoever types by habit while the key is still being read loses no digit: the pad begins with them. */
function TypedAhead({ typed }: { typed: TypedPin }) {
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => void typed.hear(event);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [typed]);
  return null;
}

/** Escape means the same. */
function Cancel() {
  const t = useWords();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.repeat) intend(station.cancel());
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <Button className="cancel" icon="x" onClick={() => intend(station.cancel())}>
      {t('cancel')}
    </Button>
  );
}
