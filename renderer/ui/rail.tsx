import type { ReactNode } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { useView } from '../store/station-store.ts';
import { Icon } from './icon.tsx';
import { useTimes } from './times.ts';

/** The rail: where this is, and whether it is connected. Dashed when it is not. */
export function Rail({ children }: { children?: ReactNode }) {
  const place = useView((view) => view.place);
  const isOffline = useView((view) => view.link.kind === 'offline');
  return (
    <header className={`rail ${isOffline ? 'is-offline' : ''}`}>
      <h1 className="place">{place}</h1>
      <Marks />
      <span className="grow" />
      {children}
      <LinkState />
    </header>
  );
}

/** What must never be mistaken for the real thing, in words. */
export function Marks() {
  const t = useWords();
  const isSimulated = useView((view) => view.simulated);
  const isUnsealed = useView((view) => view.unsealed);
  const isLedgerRefused = useView((view) => view.ledgerRefused);
  const isLogDisputed = useView((view) => view.logDisputed);
  if (!isSimulated && !isUnsealed && !isLedgerRefused && !isLogDisputed) return null;
  return (
    <ul className="marks" aria-label={t('marks.title')}>
      {isSimulated && (
        <li>
          <Icon name="flask-conical" />
          <span>{t('marks.simulated')}</span>
        </li>
      )}
      {isUnsealed && (
        <li>
          <Icon name="shield-off" />
          <span>{t('marks.unsealed')}</span>
        </li>
      )}
      {isLedgerRefused && (
        <li>
          <Icon name="shield-alert" />
          <span>{t('marks.ledgerRefused')}</span>
        </li>
      )}
      {isLogDisputed && (
        <li>
          <Icon name="scroll-text" />
          <span>{t('marks.logDisputed')}</span>
        </li>
      )}
    </ul>
  );
}

function LinkState() {
  const link = useView((view) => view.link);
  const t = useWords();
  const times = useTimes();
  const says = () => {
    switch (link.kind) {
      case 'none':
        return '';
      case 'connecting':
        return t('link.connecting');
      case 'connected':
        return t('link.connected');
      case 'offline': {
        const days = times.daysSince(link.since);
        return days > 0
          ? t('link.offlineDays', { count: days })
          : t('link.offlineSince', { time: times.clock(link.since) });
      }
    }
  };
  return (
    <p className="link" role="status">
      {link.kind !== 'none' && <Icon name={link.kind === 'offline' ? 'unplug' : 'link'} />}
      <span>{says()}</span>
    </p>
  );
}
