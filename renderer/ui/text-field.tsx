import { type KeyboardEvent, type RefObject, useId, useState } from 'react';
import { createBurstWatch } from './burst.ts';

/** A field for a few words. What a security key types by itself when it is touched does not stay in it. */
export function TextField({
  field,
  label,
  value,
  onChange,
  onEnter,
  ...rest
}: {
  field: RefObject<HTMLInputElement | null>;
  label: string;
  value: string;
  onChange: (value: string) => void;
  onEnter: () => void;
  onFocus?: () => void;
  maxLength?: number;
  className?: string;
  readOnly?: boolean;
  'data-first'?: boolean;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}) {
  const id = useId();
  const [burst] = useState(() => createBurstWatch<string>('expected'));
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      if (!event.repeat && !burst.isTail(event.timeStamp)) onEnter();
      return;
    }
    if (event.key.length !== 1) return;
    const kept = burst.character(event.timeStamp, 'letter', value);
    if (!burst.isTail(event.timeStamp)) return;
    event.preventDefault();
    onChange(kept);
  };
  return (
    <p className="field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={field}
        id={id}
        type="text"
        value={value}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        {...rest}
      />
    </p>
  );
}

/** Puts text where the caret is, as a keyboard would; an empty text takes the character before it. */
export function typeInto(input: HTMLInputElement, text: string): string {
  const end = input.selectionEnd ?? input.value.length;
  let start = input.selectionStart ?? end;
  if (text === '' && start === end) start = Math.max(0, start - 1);
  input.setRangeText(text, start, end, 'end');
  return input.value;
}
