import type { CurtainStep, Notice } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
import { KeyArt } from '../../ui/key-art.tsx';
import { Note } from '../../ui/note.tsx';

type WaitingStep = Extract<CurtainStep, { kind: 'waiting' }>;

/** This key, as it is, opens nothing: Start stays within reach, and is not what is asked for. */
const wantMore: ReadonlySet<Notice> = new Set<Notice>([
  'pin-blocked',
  'pin-locked',
  'pin-not-set',
  'pin-must-change',
  'no-credential',
  'several-credentials',
  'u2f-only',
  'not-genuine',
  'unknown-key',
  'member-inactive',
  'no-permission',
]);

/** "Tap your key", or what the last attempt needs first; a Start button when a key is in already. */
export function Waiting({ step: { keyPresent, notice } }: { step: WaitingStep }) {
  const t = useWords();
  const pose = keyPresent ? 'in-port' : 'above-port';
  const isWanted = notice === undefined || !wantMore.has(notice);
  // As it was asked to be.
  const isOut = notice === 'pin-blocked' && !keyPresent;
  const start = keyPresent && (
    <Button
      className="start"
      {...(isWanted ? { look: 'act' as const, 'data-first': true } : {})}
      onClick={() => intend(station.start())}
    >
      {t('start')}
    </Button>
  );

  if (notice !== undefined) {
    return (
      <>
        <span className="grow" />
        <KeyArt pose={pose} height={260} />
        <h2 className="t1 title" id="step-title">
          {t(`notice.${isOut ? 'removed' : notice}.title`)}
        </h2>
        <Note>
          <p className="t4 grow">{t(`notice.${notice}.text`)}</p>
        </Note>
        <span className="grow" />
        {start || <p className="t4 soft lead">{t('waiting.againText')}</p>}
      </>
    );
  }
  return (
    <>
      <span className="grow" />
      <KeyArt pose={pose} height={360} />
      <h2 className="t1 title" id="step-title">
        {t(keyPresent ? 'waiting.keyTitle' : 'waiting.title')}
      </h2>
      <p className="t4 soft lead" id="step-text">
        {t(keyPresent ? 'waiting.keyText' : 'waiting.text')}
      </p>
      <span className="grow" />
      {start}
    </>
  );
}
