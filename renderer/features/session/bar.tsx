import {
  type CSSProperties,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { useView } from '../../store/station-store.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Marks } from '../../ui/rail.tsx';
import { Apps } from './apps.tsx';
import { Closing } from './closing.tsx';
import { Said } from './said.tsx';
import type { SessionScreen } from './session-screen.ts';

/** The rail of an open session: whose it is, the apps, the time that is left, and the ways out. */
export function Bar() {
  const screen = useView((view) => view.screen);
  const isOffline = useView((view) => view.link.kind === 'offline');
  const place = useView((view) => view.place);
  const rail = useRef<HTMLDivElement>(null);
  const note = useRef<HTMLDivElement>(null);
  const tellHeight = useHeight(rail, note);
  const session = screen.kind === 'session' ? screen.session : undefined;
  // The curtain stays until the name is here, and the apps have their place below it: those that do not fit are away
  // once this commit is over.
  useEffect(() => {
    if (session === undefined) return;
    queueMicrotask(() => {
      tellHeight();
      intend(station.naming(session));
    });
  }, [session, tellHeight]);
  // Where the keyboard comes back, it begins at the first control.
  const start = useRef<HTMLElement>(null);
  useEffect(() => {
    const leave = () => start.current?.focus({ preventScroll: true });
    window.addEventListener('blur', leave);
    return () => window.removeEventListener('blur', leave);
  }, []);
  const mayClose = screen.kind === 'session' && screen.mayClose;
  return (
    <main ref={start} tabIndex={-1}>
      <div
        ref={rail}
        className={`rail shell ${isOffline ? 'is-offline' : ''} ${mayClose ? 'may-close' : ''}`}
      >
        {screen.kind === 'session' ? (
          <SessionBar screen={screen} isOffline={isOffline} />
        ) : (
          <h1 className="sr">{place}</h1>
        )}
      </div>
      <div ref={note}>
        <Said told={screen.kind === 'session' ? screen.told : undefined} />
      </div>
    </main>
  );
}

/** Has the window made as high as what is drawn, whenever that changes; what it returns does so at once. */
function useHeight(rail: RefObject<Element | null>, note: RefObject<Element | null>): () => void {
  const told = useRef({ rail: 0, note: 0 });
  const tell = useCallback(() => {
    const heightOf = ({ current }: RefObject<Element | null>) =>
      Math.ceil(current?.getBoundingClientRect().height ?? 0);
    const height = { rail: heightOf(rail), note: heightOf(note) };
    if (height.rail === told.current.rail && height.note === told.current.note) return;
    told.current = height;
    intend(station.barHeight(height));
  }, [rail, note]);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(tell);
    for (const { current } of [rail, note]) if (current !== null) observer.observe(current);
    return () => observer.disconnect();
  }, [rail, note, tell]);
  return tell;
}

function SessionBar({ screen, isOffline }: { screen: SessionScreen; isOffline: boolean }) {
  const t = useWords();
  const language = useView((view) => view.language);
  const { session, member, secondsToLock, lockSeconds, over } = screen;
  // Of this session only, and of nobody while something covers it.
  const [closing, setClosing] = useState<string>();
  // Only then: at first the keyboard is the app's.
  const [hasAsked, setAsked] = useState(false);
  const isClosing = screen.mayClose && closing === session && over.kind === 'nothing';
  // One filled button at a time: while something covers the session, it has its own.
  const lockLook = over.kind === 'nothing' && !isClosing ? 'act' : 'quiet';
  const fuse: CSSProperties & { '--left': number } = {
    '--left': Math.min(1, secondsToLock / lockSeconds),
  };
  return (
    <>
      <div className="who">
        <h1>{member.fullName}</h1>
        <p>
          <span>{member.role}</span>
          {isOffline && (
            <b>
              <Icon name="unplug" />
              {t('link.offline')}
            </b>
          )}
        </p>
      </div>
      {isClosing ? (
        <Closing
          onCancel={() => {
            setClosing(undefined);
            setAsked(true);
          }}
        />
      ) : (
        // Other words may need less room.
        <Apps
          key={`${language} ${screen.hasPopup}`}
          apps={screen.apps}
          active={screen.activeApp}
          hasPopup={screen.hasPopup}
        />
      )}
      <Marks />
      <div className="ways">
        <p className="timer">
          <span>{t('bar.locksIn')}</span> <b>{minutes(secondsToLock)}</b>
        </p>
        {!isClosing && (
          <>
            {screen.mayClose && (
              <Button
                look="quiet"
                icon="power"
                autoFocus={hasAsked}
                onClick={() => setClosing(session)}
              >
                {t('bar.close')}
              </Button>
            )}
            <Button
              look="quiet"
              icon="arrow-left-right"
              onClick={() => intend(station.switchUser())}
            >
              {t('bar.switchUser')}
            </Button>
            <Button look="quiet" icon="log-out" onClick={() => intend(station.signOut())}>
              {t('bar.signOut')}
            </Button>
          </>
        )}
        <Button
          look={lockLook}
          icon="lock"
          title={t('bar.keys')}
          aria-keyshortcuts="Control+F6"
          onClick={() => intend(station.lock())}
        >
          {t('bar.lock')}
        </Button>
      </div>
      <span className={`fuse ${over.kind === 'idle' ? 'is-short' : ''}`} style={fuse} />
    </>
  );
}

/** m:ss */
const minutes = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
