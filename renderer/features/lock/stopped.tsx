import type { Stop } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { useView } from '../../store/station-store.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { useTimes } from '../../ui/times.ts';

const icons: Record<Stop, IconName> = {
  starting: 'hourglass',
  pending: 'hourglass',
  revoked: 'shield-off',
  'no-directory': 'users-round',
  outdated: 'unplug',
  journal: 'scroll-text',
  unsealed: 'shield-off',
  fault: 'hand',
  closing: 'power',
};

/** These pass by themselves. */
export const passing: ReadonlySet<Stop> = new Set<Stop>(['starting', 'closing']);

/** The station opens for nobody: why, and what to do instead. */
export function Stopped({ stop }: { stop: Stop }) {
  const t = useWords();
  const phone = useView((view) => view.helpPhone);
  const isParked = useView((view) => view.parked.length > 0);
  const { daysSince } = useTimes();
  const link = useView((view) => view.link);
  // As far back as this start knows.
  const days = link.kind === 'offline' ? daysSince(link.since) : 0;
  return (
    <>
      <Icon className="huge" name={icons[stop]} />
      <h2 className="t2 title" id="step-title">
        {t(`stop.${stop}.title`)}
      </h2>
      <p className="t4 soft lead" id="step-text">
        {stop === 'outdated' && days > 0
          ? t('stop.outdatedDays', { count: days })
          : t(`stop.${stop}.text`)}
        {stop === 'journal' && isParked && ` ${t('stop.parkedKept')}`}
      </p>
      {!passing.has(stop) && (
        <p className="t4 lead">
          <b>{t('stop.elsewhere')}</b>
        </p>
      )}
      {!passing.has(stop) && phone !== undefined && (
        <p className="t4 lead">
          {t('itHelp')} <b>{phone}</b>
        </p>
      )}
    </>
  );
}
