import { createPinBuffer } from './pin-buffer.ts';
import { type PinAct, createPinKeys } from './pin-keys.ts';

/** The digits of one attempt and the keyboard that they come from, from the first look at a key on. */
export function createTypedPin() {
  const buffer = createPinBuffer();
  // It knows a key that types by what came before.
  const act = createPinKeys(buffer);
  return {
    buffer,
    /** What a stroke meant; it does nothing else then. */
    hear(event: KeyboardEvent): PinAct {
      // A control that was reached by Tab is pressed by its own Enter and Space.
      const isControl = event.target instanceof HTMLButtonElement;
      if (isControl && (event.key === 'Enter' || event.key === ' ')) return 'ignored';
      const meant = act(event);
      if (meant !== 'ignored') event.preventDefault();
      return meant;
    },
  };
}
export type TypedPin = ReturnType<typeof createTypedPin>;
