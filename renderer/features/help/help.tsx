import { useState } from 'react';
import { Back } from '../../ui/back.tsx';
import { HelpPanel } from './help-panel.tsx';
import { LostReport } from './lost-report.tsx';
import type { Topic } from './topics.ts';

/** Help at the curtain: from the topics to the report of a lost key, and one step back each time. */
export function useHelp(first: Topic, onClose: () => void) {
  const [topic, setTopic] = useState(first);
  const [isReporting, setReporting] = useState(false);

  const back = () => {
    if (!isReporting) return onClose();
    setTopic('lost');
    setReporting(false);
  };
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
    back: <Back onBack={back} />,
  };
}
