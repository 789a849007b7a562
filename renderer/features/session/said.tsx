import type { Told } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';

const icons: Readonly<Record<Told, IconName>> = {
  printing: 'printer',
  printed: 'check',
  'not-printed': 'hand',
  'print-again': 'hand',
  'print-whole': 'hand',
  print: 'ban',
  download: 'ban',
  window: 'ban',
  'file-chooser': 'ban',
  stopped: 'hand',
};

/** Hangs from the rail over the app for a while; a touch takes it away. */
export function Said({ told }: { told: Told | undefined }) {
  const t = useWords();
  const icon = told && icons[told];
  return (
    <p
      className={`said ${icon === 'hand' ? 'wants-hand' : ''}`}
      role="status"
      onPointerDown={() => intend(station.heard())}
    >
      {told && icon && (
        <>
          <Icon name={icon} />
          <span>{t(`told.${told}`)}</span>
        </>
      )}
    </p>
  );
}
