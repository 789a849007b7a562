import { useEffect } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { Button } from './button.tsx';

/** One step back, in the floor; Escape means the same. */
export function Back({ onBack }: { onBack: () => void }) {
  const t = useWords();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.repeat) onBack();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  return (
    <Button icon="arrow-left" onClick={onBack}>
      {t('back')}
    </Button>
  );
}
