import type { WebContents } from 'electron';

/** What the keyboard does in every window of an open session. */
export interface Chords {
  /** From the app to the bar, or back. */
  turn(): void;
  lock(): void;
}

/**
 * F6 goes to the bar and back, as it goes to the next pane in browsers and in Windows; Ctrl+F6 locks. No layout types
 * a letter with these (Ctrl+Alt is AltGr), and a hand in a glove finds the row. The page does not see them.
 */
export function hearChords(contents: WebContents, chords: Chords): void {
  contents.on(
    'before-input-event',
    (event, { type, key, alt, control, meta, shift, isAutoRepeat }) => {
      if (key !== 'F6' || alt || meta || shift) return;
      event.preventDefault();
      if (type !== 'keyDown' || isAutoRepeat) return;
      if (control) chords.lock();
      else chords.turn();
    },
  );
}
