import { type RefObject, useRef, useState } from 'react';
import type { LostKey } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LetterKeys } from '../../ui/letter-keys.tsx';
import { TextField, typeInto } from '../../ui/text-field.tsx';
import { ReportStep } from './report-step.tsx';

const rows = ['QWERTYUIOP', 'ASDFGHJKLÑ', 'ZXCVBNM-’', ' '] as const;

type Field = RefObject<HTMLInputElement | null>;

/** Capital where a name begins, small after that. */
const cased = (input: HTMLInputElement, letter: string): string => {
  const before = input.value.slice(0, input.selectionStart ?? input.value.length);
  return /(^|[\s’'-])$/.test(before) ? letter : letter.toLowerCase();
};

/** The name of who lost a key, typed with fingers or on a keyboard. */
export function LostName({ onReport }: { onReport: (said: LostKey) => void }) {
  const t = useWords();
  const [givenName, setGivenName] = useState('');
  const [familyName, setFamilyName] = useState('');
  const [isRefused, setRefused] = useState(false);
  const given: Field = useRef(null);
  const family: Field = useRef(null);
  /** Where the keys on the screen type. */
  const last = useRef(given);

  const press = (text: string) => {
    const input = last.current.current;
    if (input === null) return;
    const set = last.current === given ? setGivenName : setFamilyName;
    set(typeInto(input, text === '' ? text : cased(input, text)));
    setRefused(false);
  };
  const submit = () => {
    const missing = givenName.trim() === '' ? given : familyName.trim() === '' ? family : undefined;
    if (missing === undefined) return onReport({ kind: 'named', givenName, familyName });
    // Enter after the first of two names is no mistake yet.
    if (missing === given || last.current === family) setRefused(true);
    missing.current?.focus();
  };
  const isReady = givenName.trim() !== '' && familyName.trim() !== '';
  const common = {
    maxLength: 60,
    onEnter: submit,
    'aria-describedby': 'help-title lost-hint',
  } as const;

  return (
    <ReportStep title={t('lost.name')}>
      <p className="t4 soft lead" id="lost-hint" role="status">
        {isRefused ? (
          <strong className="hint">
            <Icon name="hand" />
            {t('lost.bothNames')}
          </strong>
        ) : (
          t('lost.nameText')
        )}
      </p>
      <div className="names">
        <TextField
          {...common}
          data-first
          field={given}
          label={t('lost.givenName')}
          value={givenName}
          onChange={setGivenName}
          onFocus={() => (last.current = given)}
        />
        <TextField
          {...common}
          field={family}
          label={t('lost.familyName')}
          value={familyName}
          onChange={setFamilyName}
          onFocus={() => (last.current = family)}
        />
        <Button
          {...(isReady ? { look: 'act' as const } : { 'aria-disabled': true })}
          icon="check"
          onClick={submit}
        >
          {t('lost.report')}
        </Button>
      </div>
      <LetterKeys rows={rows} onKey={press} onErase={() => press('')} />
    </ReportStep>
  );
}
