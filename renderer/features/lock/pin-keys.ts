import { createBurstWatch } from '../../ui/burst.ts';
import type { PinBuffer } from './pin-buffer.ts';

type Stroke = Pick<
  KeyboardEvent,
  'key' | 'code' | 'repeat' | 'timeStamp' | 'ctrlKey' | 'altKey' | 'metaKey'
>;

/** `letter`: somebody types what no PIN has here. */
export type PinAct = 'digits' | 'letter' | 'submit' | 'ignored';

/**
 * The digit of a key: by its meaning, or by its place where the layout gives it another meaning
 * (number pad without NumLock, AZERTY's top row).
 */
export function digitOf({ key, code }: Pick<Stroke, 'key' | 'code'>): number | undefined {
  if (/^[0-9]$/.test(key)) return Number(key);
  const place = /^(?:Numpad|Digit)([0-9])$/.exec(code);
  return place === null ? undefined : Number(place[1]);
}

/** Feeds the buffer from a keyboard or number pad. Answers what the stroke meant. */
export function createPinKeys(buffer: PinBuffer): (stroke: Stroke) => PinAct {
  const burst = createBurstWatch<number>('foreign');

  const digit = (value: number, at: number): PinAct => {
    const kept = burst.character(at, 'digit', buffer.length);
    buffer.cut(kept);
    // A burst's own digits are dropped with those it typed before it was known as one.
    if (!burst.isTail(at)) buffer.push(value);
    return 'digits';
  };

  return (stroke) => {
    const { key, timeStamp: at } = stroke;
    if (stroke.ctrlKey || stroke.altKey || stroke.metaKey) return 'ignored';
    const value = digitOf(stroke);
    if (value !== undefined) return stroke.repeat ? 'ignored' : digit(value, at);
    switch (key) {
      case 'Backspace':
        buffer.cut(buffer.length - 1);
        return 'digits';
      case 'Enter':
        return stroke.repeat || burst.isTail(at) ? 'ignored' : 'submit';
      default:
        if (key.length !== 1) return 'ignored';
        buffer.cut(burst.character(at, 'letter', buffer.length));
        return burst.isTail(at) ? 'digits' : 'letter';
    }
  };
}
