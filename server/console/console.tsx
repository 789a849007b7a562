import { useSyncExternalStore } from 'react';
import { LanguageProvider } from './language.tsx';
import { Door } from './door.tsx';
import { OverviewPage } from './overview-page.tsx';
import type { OverviewFeed } from './overview-feed.ts';
import { Rail } from './rail.tsx';

export function Console({ feed }: { feed: OverviewFeed }) {
  const state = useSyncExternalStore(feed.subscribe, feed.current);
  return (
    <LanguageProvider>
      <Rail feed={state} />
      <main>
        {state.kind === 'shown' ? <OverviewPage shown={state} /> : <Door why={state.kind} />}
      </main>
    </LanguageProvider>
  );
}
