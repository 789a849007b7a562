import { useWords } from '../i18n/i18n.ts';
import { Button } from './button.tsx';

/** A keyboard on the screen, for a station that has none or whose person wears gloves. */
export function LetterKeys({
  rows,
  onKey,
  onErase,
}: {
  /** The characters of each row. */
  rows: readonly string[];
  onKey: (character: string) => void;
  onErase: () => void;
}) {
  const t = useWords();
  const names: Readonly<Record<string, string>> = {
    ' ': t('keys.space'),
    '-': t('keys.hyphen'),
    '’': t('keys.apostrophe'),
  };
  return (
    // A finger or a mouse leaves the focus in the field.
    <div
      className="letters"
      role="group"
      aria-label={t('keys.title')}
      onMouseDown={(event) => event.preventDefault()}
    >
      {rows.map((row, index) => (
        <div key={row} className="letter-row">
          {[...row].map((character) => (
            <Button
              key={character}
              className={character === ' ' ? 'space' : ''}
              aria-label={names[character]}
              onClick={() => onKey(character)}
            >
              {character === ' ' ? t('keys.space') : character}
            </Button>
          ))}
          {index === rows.length - 1 && (
            <Button className="erase" icon="erase" onClick={onErase}>
              {t('pin.erase')}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
