import { useEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { useView } from '../../store/station-store.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { HelpArt } from './help-art.tsx';
import { type Topic, topicNames, topics } from './topics.ts';

/** "My key isn't working": what happens, three drawn steps for each, and what to do in the end. */
export function HelpPanel({
  first,
  onDone,
  onReport,
}: {
  first: Topic;
  onDone: () => void;
  onReport: () => void;
}) {
  const t = useWords();
  const [topic, setTopic] = useState<Topic>(first);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const { art } = topics[topic];
  return (
    <>
      <h2 className="t1" id="help-title" ref={heading} tabIndex={-1}>
        {t('help')}
      </h2>
      <div className="columns">
        <nav aria-label={t('helpPanel.topics')}>
          {topicNames.map((name) => (
            <button
              key={name}
              type="button"
              className="pick"
              aria-current={name === topic}
              onClick={() => setTopic(name)}
            >
              <Icon name={topics[name].icon} />
              <span className="grow">{t(`helpPanel.${name}.name`)}</span>
              <Icon name="chevron-right" />
            </button>
          ))}
        </nav>
        <div className="advice" aria-live="polite">
          <h3 className="t2">{t(`helpPanel.${topic}.title`)}</h3>
          <ol className="steps">
            {places.map((place, index) => (
              <li key={place} className="advised">
                <figure>
                  <HelpArt name={art[index] ?? art[0]} />
                </figure>
                <b className="t3">{t(`helpPanel.${topic}.steps.${place}.title`)}</b>
                <p>{t(`helpPanel.${topic}.steps.${place}.text`)}</p>
              </li>
            ))}
          </ol>
          <span className="grow" />
          <End topic={topic} onDone={onDone} onReport={onReport} />
        </div>
      </div>
    </>
  );
}

/** No topic ends without something that can be done: here, or by telephone. */
function End({
  topic,
  onDone,
  onReport,
}: {
  topic: Topic;
  onDone: () => void;
  onReport: () => void;
}) {
  const t = useWords();
  const phone = useView((view) => view.helpPhone);
  const { end } = topics[topic];
  return (
    <div className="row">
      <p className="t4 grow">
        <b>{t(`helpPanel.${end}.question`)}</b>{' '}
        {phone === undefined ? (
          t(`helpPanel.${end}.through`)
        ) : (
          <>
            {t(`helpPanel.${end}.call`)} <b>{phone}</b>
          </>
        )}
      </p>
      {end === 'report' && (
        <Button look="act" icon="map-pin-off" onClick={onReport}>
          {t('helpPanel.report.button')}
        </Button>
      )}
      {end !== 'report' && (
        <Button look="act" onClick={onDone}>
          {t(`helpPanel.${end}.button`)}
        </Button>
      )}
    </div>
  );
}

const places = ['first', 'second', 'third'] as const;
