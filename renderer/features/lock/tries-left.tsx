import type { CurtainStep } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { Note } from '../../ui/note.tsx';

type PinStep = Extract<CurtainStep, { kind: 'pin' }>;

/** CTAP2 §6.5.5.7: after three mismatches in a row the key wants to be re-inserted. */
const IN_A_ROW = 3;

/** From the second error on; and always when the key's last tries are near, whoever used them up. */
export const triesWorthSaying = ({ mismatches, retries }: PinStep): boolean =>
  mismatches >= 2 || retries <= IN_A_ROW;

export function TriesLeft({ step: { mismatches, retries } }: { step: PinStep }) {
  const t = useWords();
  const beforeReinsert = Math.max(0, IN_A_ROW - mismatches);
  const used = Math.min(IN_A_ROW, mismatches);
  const isLast = retries <= IN_A_ROW;
  return (
    <Note>
      <p className="grow">
        <b>
          {isLast
            ? t('pin.beforeLock', { count: retries })
            : t('pin.beforeReinsert', { count: beforeReinsert })}
        </b>
        <br />
        {isLast ? t('pin.notSure') : t('pin.inAll', { count: retries })}
      </p>
      {!isLast && (
        <span className="pips" role="img" aria-label={t('pin.used', { used })}>
          {Array.from({ length: IN_A_ROW }, (_, index) => (
            <i key={index} className={index < used ? 'gone' : 'left'} />
          ))}
        </span>
      )}
    </Note>
  );
}
