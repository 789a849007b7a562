import { useLayoutEffect, useRef, useState } from 'react';
import type { CurtainStep } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { intend, station } from '../../station.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LetterKeys } from '../../ui/letter-keys.tsx';
import { TextField, typeInto } from '../../ui/text-field.tsx';
import { caretIn, missing, shownCode, wholeCode } from './pairing-code.ts';

const rows = ['QWERTYUIOP2', 'ASDFGHJKL34', 'ZXCVBNM567'] as const;

/**
 * The first screen of a station that no server knows: it wants the code that the server printed. What is typed of it is
 * the curtain's to keep, since the connection test takes this screen away.
 */
export function Setup({
  step,
  code,
  onCode,
}: {
  step: Extract<CurtainStep, { kind: 'unpaired' }>;
  code: string;
  onCode: (code: string) => void;
}) {
  const t = useWords();
  const { server, isAsking, problem } = step;
  /** A code of this field was sent: while the server is asked it is not changed. */
  const [isSent, setSent] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const caret = useRef<number>(undefined);

  const typed = (text: string) => {
    const input = field.current;
    const shown = shownCode(text);
    caret.current = caretIn(shown, text.slice(0, input?.selectionStart ?? text.length));
    onCode(shown);
    setRefused(false);
  };
  useLayoutEffect(() => {
    if (caret.current !== undefined) field.current?.setSelectionRange(caret.current, caret.current);
  }, [code]);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);
  // What was wrong with the code is read out where it can be put right. Of another code that is none of the field's.
  const isBusy = isAsking && isSent;
  const wasBusy = useRef(false);
  useLayoutEffect(() => {
    if (wasBusy.current && !isBusy) field.current?.focus({ preventScroll: true });
    wasBusy.current = isBusy;
  }, [isBusy]);

  const press = (character: string) => {
    if (field.current !== null && !isBusy) typed(typeInto(field.current, character));
  };
  const submit = () => {
    const whole = wholeCode(code);
    if (isBusy) return;
    if (whole === undefined) return setRefused(true);
    setSent(true);
    intend(station.pair(whole));
  };
  const isReady = wholeCode(code) !== undefined && !isBusy;

  return (
    <section className="opening full help setup" aria-labelledby="setup-title">
      <h2 className="t1" id="setup-title">
        {problem === undefined ? t('setup.title') : t(`setup.problem.${problem}.title`)}
      </h2>
      <p className="t4 lead" id="setup-text" role="status">
        {isAsking ? (
          <span className="hint">
            <Icon name="hourglass" />
            {t('setup.asking', { server })}
          </span>
        ) : isRefused ? (
          <strong className="hint">
            <Icon name="hand" />
            {t('setup.missing', { count: missing(code) })}
          </strong>
        ) : problem === undefined ? (
          t('setup.text', { server })
        ) : (
          <span className="hint">
            <Icon name="hand" />
            {t(`setup.problem.${problem}.text`, { server })}
          </span>
        )}
      </p>
      <div className="names">
        <TextField
          className="code"
          field={field}
          label={t('setup.code')}
          value={code}
          onChange={typed}
          onEnter={submit}
          readOnly={isBusy}
          aria-describedby="setup-title setup-text"
        />
        <Button
          icon="link"
          {...(isReady ? { look: 'act' as const } : { 'aria-disabled': true })}
          onClick={submit}
        >
          {t('setup.pair')}
        </Button>
      </div>
      <LetterKeys rows={rows} onKey={press} onErase={() => press('')} />
    </section>
  );
}
