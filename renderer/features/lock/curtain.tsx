import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { languages, useSpoken, useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { useView } from '../../store/station-store.ts';
import { Back } from '../../ui/back.tsx';
import { Button } from '../../ui/button.tsx';
import { Cloth } from '../../ui/cloth.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Rail } from '../../ui/rail.tsx';
import { useTimes } from '../../ui/times.ts';
import { useHelp } from '../help/help.tsx';
import { type Topic, topicOf } from '../help/topics.ts';
import { CheckList } from '../setup/check-list.tsx';
import { Setup } from '../setup/setup.tsx';
import { ClockFace } from './clock-face.tsx';
import { DisputedNote } from './disputed-note.tsx';
import { OfflineNote } from './offline-note.tsx';
import { ParkedTags } from './parked-tags.tsx';
import { Step } from './step.tsx';
import { passing } from './stopped.tsx';

/** The lock screen: rail, cloth and floor in their places; the opening holds the one thing to do. */
export function Curtain() {
  const t = useWords();
  const step = useView(({ screen }) => (screen.kind === 'curtain' ? screen.step : undefined));
  const [aside, setAside] = useState<'help' | 'checks'>();
  const [code, setCode] = useState('');
  const close = useCallback(() => setAside(undefined), []);
  // A key that answers has helped already. A step that only ends takes nothing away from who reads.
  useEffect(() => {
    if (step?.kind !== 'waiting') close();
  }, [step?.kind, close]);
  useUntended(aside !== undefined, close);
  const isUnpaired = step?.kind === 'unpaired';
  // A code that has paired is not kept.
  useEffect(() => {
    if (!isUnpaired) setCode('');
  }, [isUnpaired]);
  const isStarting = step?.kind === 'stopped' && step.stop === 'starting';
  // Main goes on once everything is here: while it loads the rest it answers nobody.
  useEffect(() => {
    if (isStarting) void document.fonts.ready.then(() => intend(station.drawn()));
  }, [isStarting]);

  if (aside === 'help') return <Helping first={topicOf(step)} onClose={close} />;
  if (aside === 'checks') return <Checking onClose={close} />;
  const checks = (
    <Button icon="scan-search" onClick={() => setAside('checks')}>
      {t('checks.open')}
    </Button>
  );
  if (step?.kind === 'unpaired') {
    return (
      <Aside floor={checks}>
        <Setup step={step} code={code} onCode={setCode} />
      </Aside>
    );
  }
  return (
    <div className="station">
      <Rail />
      <main className="cloth">
        <section className="stand">
          <ClockFace />
          <OfflineNote />
          <DisputedNote />
          <span className="grow" />
          <ParkedTags />
        </section>
        <Step />
      </main>
      <Floor>
        <Button icon="circle-question-mark" onClick={() => setAside('help')}>
          {t('help')}
        </Button>
        {step?.kind === 'stopped' && !passing.has(step.stop) && checks}
      </Floor>
    </div>
  );
}

/** Nobody reads or types any more: what stands there may be somebody's name. */
const UNTENDED_MS = 120_000;

function useUntended(isOpen: boolean, close: () => void): void {
  useEffect(() => {
    if (!isOpen) return;
    let timer = setTimeout(close, UNTENDED_MS);
    const tend = () => {
      clearTimeout(timer);
      timer = setTimeout(close, UNTENDED_MS);
    };
    const signs = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;
    for (const sign of signs) window.addEventListener(sign, tend);
    return () => {
      clearTimeout(timer);
      for (const sign of signs) window.removeEventListener(sign, tend);
    };
  }, [isOpen, close]);
}

function Helping({ first, onClose }: { first: Topic; onClose: () => void }) {
  const { panel, back } = useHelp(first, onClose);
  return <Aside floor={back}>{panel}</Aside>;
}

function Checking({ onClose }: { onClose: () => void }) {
  return (
    <Aside floor={<Back onBack={onClose} />}>
      <CheckList />
    </Aside>
  );
}

/** The cloth drawn open from edge to edge, for what needs the room. */
function Aside({ floor, children }: { floor: ReactNode; children: ReactNode }) {
  return (
    <div className="station">
      <Rail>
        <SmallClock />
      </Rail>
      <main className="cloth">{children}</main>
      <Floor>{floor}</Floor>
    </div>
  );
}

/** What a second display shows: cloth, clock and place. */
export function PlainCurtain() {
  const place = useView((view) => view.place);
  return (
    <div className="station">
      <header className="rail">
        <h1 className="place">{place}</h1>
      </header>
      <Cloth>
        <section className="stand">
          <ClockFace />
        </section>
      </Cloth>
    </div>
  );
}

function SmallClock() {
  const { now, clock } = useTimes();
  return <time className="t3">{clock(now)}</time>;
}

function Floor({ children }: { children: ReactNode }) {
  const t = useWords();
  const phone = useView((view) => view.helpPhone);
  return (
    <footer className="floor">
      {children}
      <NextLanguage />
      <span className="grow" />
      {phone !== undefined && (
        <p className="phone">
          <Icon name="phone" />
          <span>
            {t('itHelp')} <b>{phone}</b>
          </span>
        </p>
      )}
    </footer>
  );
}

/** The other language, by its own name; of several, the one after this. */
function NextLanguage() {
  const { code } = useSpoken();
  const at = languages.findIndex((language) => language.code === code);
  const next = languages[(at + 1) % languages.length];
  if (next === undefined || next.code === code) return null;
  return (
    <Button
      icon="languages"
      lang={next.code}
      onClick={() => intend(station.setLanguage(next.code))}
    >
      {next.name}
    </Button>
  );
}
