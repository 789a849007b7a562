import { useView } from '../../store/station-store.ts';
import { Cloth } from '../../ui/cloth.tsx';
import { IdleWarning } from './idle-warning.tsx';
import { KeySheet } from './key-sheet.tsx';
import { NoApps } from './no-apps.tsx';

/** What covers the session below the bar. Opaque always: the session is not to be seen through it. */
export function Overlay() {
  const screen = useView((view) => view.screen);
  if (screen.kind === 'curtain') return <Cloth />;
  switch (screen.over.kind) {
    case 'nothing':
      return screen.apps.length === 0 ? <NoApps /> : <Cloth />;
    case 'idle':
      return <IdleWarning screen={screen} warningSeconds={screen.over.warningSeconds} />;
    case 'key':
      return <KeySheet name={screen.member.givenName} over={screen.over} />;
  }
}
