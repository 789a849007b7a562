import { useState } from 'react';
import type { LostKey, LostKeyAnswer } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { station } from '../../station.ts';
import { useView } from '../../store/station-store.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Note } from '../../ui/note.tsx';
import { LostName } from './lost-name.tsx';
import { ReportStep } from './report-step.tsx';

/**
 * Reports a lost key: who it is, then what happens now. A claim only: nobody has proved anything here, so
 * nothing is switched off, and the answer does not tell whether the name is on the staff list.
 */
export function LostReport({ onDone }: { onDone: () => void }) {
  const parked = useView((view) => view.parked);
  const named = parked.filter(({ name }) => name !== undefined);
  const [isTyping, setTyping] = useState(named.length === 0);
  const [answer, setAnswer] = useState<LostKeyAnswer>();

  const report = (said: LostKey) => {
    station.reportLostKey(said).then(setAnswer, (error: unknown) => {
      setAnswer('not-recorded');
      reportError(error);
    });
  };
  if (answer !== undefined) return <Answer answer={answer} onDone={onDone} />;
  if (isTyping) return <LostName onReport={report} />;
  return <AmongParked parked={named} onReport={report} onOther={() => setTyping(true)} />;
}

function AmongParked({
  parked,
  onReport,
  onOther,
}: {
  parked: readonly { readonly id: string; readonly name?: string | undefined }[];
  onReport: (said: LostKey) => void;
  onOther: () => void;
}) {
  const t = useWords();
  return (
    <ReportStep title={t('lost.who')}>
      <p className="t4 soft lead">{t('lost.whoText')}</p>
      <div className="persons">
        {parked.map(({ id, name }) => (
          <Button key={id} icon="user" onClick={() => onReport({ kind: 'parked', session: id })}>
            {name}
          </Button>
        ))}
        <Button icon="pencil" onClick={onOther}>
          {t('lost.other')}
        </Button>
      </div>
    </ReportStep>
  );
}

function Answer({ answer, onDone }: { answer: LostKeyAnswer; onDone: () => void }) {
  const t = useWords();
  const phone = useView((view) => view.helpPhone);
  return (
    <ReportStep title={t(`lost.answer.${answer}.title`)}>
      <p className="t4 lead">{t(`lost.answer.${answer}.text`)}</p>
      <Note icon="phone" role="note">
        <p className="t3 grow">
          {phone === undefined ? (
            t('lost.callThrough')
          ) : (
            <>
              {t('lost.call')} <b>{phone}</b>
            </>
          )}
        </p>
      </Note>
      <ul className="facts t4">
        <li>
          <Icon name="lock" />
          <span>{t('lost.untilThen')}</span>
        </li>
        <li>
          <Icon name="check" />
          <span>{t('lost.spare')}</span>
        </li>
        <li>
          <Icon name="scan-search" />
          <span>{t('lost.found')}</span>
        </li>
      </ul>
      <span className="grow" />
      <div className="row">
        <span className="grow" />
        <Button look="act" onClick={onDone}>
          {t('lost.done')}
        </Button>
      </div>
    </ReportStep>
  );
}
