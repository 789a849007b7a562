import type { Told } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
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
  link: 'ban',
  'file-chooser': 'ban',
  stopped: 'hand',
};

/** Hangs from the rail over the app for a while; a touch anywhere on it takes it away, but for what holds. */
export function Said({ told }: { told: Told | undefined }) {
  const t = useWords();
  const icon = told && icons[told];
  const look = `${told ? 'is-told' : ''} ${icon === 'hand' ? 'wants-hand' : ''}`;
  return (
    <div className={`shell said ${look}`} onClick={() => told && intend(station.heard())}>
      <p role="status">
        {told && icon && (
          <>
            <Icon name={icon} />
            <span>{t(`told.${told}`)}</span>
          </>
        )}
      </p>
      {told && told !== 'stopped' && <Button look="quiet">{t('bar.heard')}</Button>}
    </div>
  );
}
