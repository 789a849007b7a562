import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
import { Icon, isIconName } from '../../ui/icon.tsx';
import type { SessionScreen } from './session-screen.ts';

const MOST = 4;

/**
 * How many fit with their whole words into what name, marks and buttons leave, however large the text. That room does
 * not depend on what is in it, so nothing is measured twice for one size.
 */
function useFitting(nav: RefObject<HTMLElement | null>, words: string): number {
  // A value of its own for each room, so that the same count is looked at again.
  const [fit, setFit] = useState({ count: MOST });
  useEffect(() => {
    const observer = new ResizeObserver(() => setFit({ count: MOST }));
    if (nav.current !== null) observer.observe(nav.current);
    return () => observer.disconnect();
  }, [nav]);
  useLayoutEffect(() => {
    const { scrollWidth = 0, clientWidth = 0 } = nav.current ?? {};
    if (scrollWidth > clientWidth && fit.count > 1) setFit({ count: fit.count - 1 });
  }, [nav, fit, words]);
  return fit.count;
}

/**
 * The apps of the session, as tabs of the rail, and "More" for the next ones. The bar is its own window, so no menu can
 * drop from it. Where an app has opened a window its tab closes that: the window has no frame.
 */
export function Apps({
  apps,
  active,
  hasPopup,
}: {
  apps: SessionScreen['apps'];
  active: string | undefined;
  hasPopup: boolean;
}) {
  const t = useWords();
  const nav = useRef<HTMLElement>(null);
  const [turned, setTurned] = useState({ active, pages: 0 });
  const shown = useFitting(nav, `${apps.map(({ name }) => name).join()} ${active} ${turned.pages}`);
  const pages = Math.max(1, Math.ceil(apps.length / shown));
  const home = Math.max(0, Math.floor(apps.findIndex(({ id }) => id === active) / shown));
  // Turning holds until another app comes to the front; then its page shows.
  const page = (home + (turned.active === active ? turned.pages : 0)) % pages;
  return (
    <nav ref={nav} className={`apps ${shown === 1 ? 'is-tight' : ''}`} aria-label={t('bar.apps')}>
      {apps.slice(page * shown, (page + 1) * shown).map(({ id, name, icon }) => {
        const closes = hasPopup && id === active;
        const own = isIconName(icon) ? icon : 'app-window';
        return (
          <button
            key={id}
            type="button"
            className="app"
            title={name}
            {...(id === active ? { 'aria-current': true } : {})}
            onClick={() => intend(closes ? station.closePopup() : station.selectApp(id))}
          >
            <Icon name={closes ? 'x' : own} />
            <span className="label">{closes ? t('bar.closePopup') : name}</span>
          </button>
        );
      })}
      {pages > 1 && (
        <Button
          look="quiet"
          icon="chevron-right"
          onClick={() => setTurned({ active, pages: page + 1 - home + pages })}
        >
          {t('bar.more')}
        </Button>
      )}
    </nav>
  );
}
