import { useEffect, useState } from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
import { Icon, isIconName } from '../../ui/icon.tsx';
import type { SessionScreen } from './session-screen.ts';

/** As many as fit beside the name with their words, however large the text; "More" turns to the next ones. */
const perPage = () =>
  matchMedia('(max-width: 48rem)').matches ? 1 : matchMedia('(max-width: 64rem)').matches ? 2 : 4;

function usePerPage(): number {
  const [count, setCount] = useState(perPage);
  useEffect(() => {
    const onResize = () => setCount(perPage());
    window.addEventListener('resize', onResize);
    return () => window.removeEventListener('resize', onResize);
  }, []);
  return count;
}

/**
 * The apps of the session, as tabs of the rail. The bar is its own window, so no menu can drop from it. Where an
 * app has opened a window its tab closes that: the window has no frame.
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
  const shown = usePerPage();
  const [turned, setTurned] = useState({ active, pages: 0 });
  const pages = Math.max(1, Math.ceil(apps.length / shown));
  const home = Math.max(0, Math.floor(apps.findIndex(({ id }) => id === active) / shown));
  // Turning holds until another app comes to the front; then its page shows.
  const page = (home + (turned.active === active ? turned.pages : 0)) % pages;
  return (
    <nav className="apps" aria-label={t('bar.apps')}>
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
