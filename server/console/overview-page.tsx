import { AccessesBand } from './accesses-band.tsx';
import { EventsBand } from './events-band.tsx';
import { headlineOf } from './headline.ts';
import { useLanguage } from './language.tsx';
import { NeedsBand } from './needs-band.tsx';
import type { Feed } from './overview-feed.ts';
import { StationsBand } from './stations-band.tsx';
import { hourAndMinute } from './times.ts';

type Shown = Extract<Feed, { kind: 'shown' }>;

export function OverviewPage({ shown }: { shown: Shown }) {
  const { language, words } = useLanguage();
  const { overview } = shown;
  return (
    <>
      <h1>
        {shown.link === 'live'
          ? headlineOf(overview, words)
          : words.headline.lost(hourAndMinute(language, new Date(shown.receivedAt)))}
      </h1>
      <NeedsBand overview={overview} />
      <StationsBand stations={overview.stations} />
      <AccessesBand byHour={overview.accessesByHour} />
      <EventsBand overview={overview} />
    </>
  );
}
