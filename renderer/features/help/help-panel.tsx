import { useState } from 'react';
import { useWords } from '../../i18n/i18n.ts';
import { useView } from '../../store/station-store.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { HelpArt } from './help-art.tsx';
import { type Topic, topics } from './topics.ts';

/** "My key isn't working": what happens, and three steps for each, drawn. Needs nothing from main. */
export function HelpPanel({ onDone }: { onDone: () => void }) {
  const t = useWords();
  const phone = useView((view) => view.helpPhone);
  const [topic, setTopic] = useState<Topic>('nothing');
  const { art } = topics[topic];
  return (
    <section className="opening full help" aria-labelledby="help-title">
      <h2 className="t1" id="help-title">
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
          <div className="row">
            <p className="t4 grow">
              <b>{t('helpPanel.stillStuck')}</b>{' '}
              {phone === undefined ? (
                t('helpPanel.spare')
              ) : (
                <>
                  {t('helpPanel.spareOrPhone')} <b>{phone}</b>
                </>
              )}
            </p>
            <Button look="act" onClick={onDone}>
              {t('helpPanel.worksNow')}
            </Button>
          </div>
        </div>
      </div>
    </section>
  );
}

const places = ['first', 'second', 'third'] as const;
const topicNames = Object.keys(topics) as readonly Topic[];
