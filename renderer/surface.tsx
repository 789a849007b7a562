import { useLayoutEffect } from 'react';
import { Curtain, PlainCurtain } from './features/lock/curtain.tsx';
import { Bar } from './features/session/bar.tsx';
import { Overlay } from './features/session/overlay.tsx';
import { useSpoken } from './i18n/i18n.ts';
import { useHasView, useView } from './store/station-store.ts';
import { Cloth } from './ui/cloth.tsx';

/** One document serves every window: the path says which surface it is. Until the view comes: cloth. */
export function Surface({ location }: { location: Pick<Location, 'pathname' | 'search'> }) {
  return useHasView() ? <Viewed {...location} /> : <Cloth />;
}

function Viewed({ pathname, search }: Pick<Location, 'pathname' | 'search'>) {
  const language = useSpoken().code;
  const theme = useView((view) => view.theme);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset['theme'] = theme;
  }, [language, theme]);

  switch (pathname) {
    case '/bar':
      return <Bar />;
    case '/overlay':
      return <Overlay />;
    default:
      return search === '?plain' ? <PlainCurtain /> : <Curtain />;
  }
}
