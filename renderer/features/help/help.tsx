import { useEffect, useState } from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { HelpPanel } from './help-panel.tsx';
import { LostReport } from './lost-report.tsx';
import type { Topic } from './topics.ts';

/** Help at the curtain: from the topics to the report of a lost key, and one step back each time. */
export function useHelp(first: Topic, onClose: () => void) {
  const t = useWords();
  const [topic, setTopic] = useState(first);
  const [isReporting, setReporting] = useState(false);

  const back = () => {
    if (!isReporting) return onClose();
    setTopic('lost');
    setReporting(false);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.repeat) back();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  return {
    panel: (
      <section className="opening full help" aria-labelledby="help-title">
        {isReporting ? (
          <LostReport onDone={onClose} />
        ) : (
          <HelpPanel first={topic} onDone={onClose} onReport={() => setReporting(true)} />
        )}
      </section>
    ),
    back: (
      <Button className="back" icon="arrow-left" onClick={back}>
        {t('back')}
      </Button>
    ),
  };
}
