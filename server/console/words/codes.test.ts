import { expect, test } from 'vitest';
import { en } from './en.ts';
import { es } from './es.ts';

test.each([en, es])('the same code means what its event makes it mean', (words) => {
  const said = [
    words.cause('ledger.refused', 'signature'),
    words.reason('signature'),
    words.cause('journal.recovered', 'unreadable'),
    words.cause('auth.refused', 'unreadable'),
  ];
  expect(new Set(said).size).toBe(said.length);
  expect(said).not.toContain(undefined);
});

// Stations write what they like, and a page that cannot be drawn shows nothing at all.
test.each([en, es])('a code that nobody knows is shown as it is, whatever it is', (words) => {
  for (const code of ['planted', '__proto__', 'constructor', 'toString']) {
    expect(words.cause('session.locked', code)).toBe(code);
    expect(words.cause('ledger.refused', code)).toBe(code);
    expect(words.reason(code)).toBeUndefined();
  }
});
