import { expect, test } from 'vitest';
import type { StreamHint } from '../../common/command.ts';
import { eventLines } from './transport-stream.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('hints are read whole, however the bytes are cut', () => {
  const text =
    ': hello\n\nevent: hint\ndata: {"kind":"directory","version":3}\n\n: beat\n\n' +
    'event: hint\ndata: {"kind":"commands",\ndata: "number":7}\n\n';
  for (const size of [1, 2, 7, text.length]) {
    const told: StreamHint[] = [];
    const lines = eventLines((hint) => void told.push(hint));
    for (let at = 0; at < text.length; at += size) {
      expect(lines(bytes(text.slice(at, at + size)))).toBe(true);
    }
    expect(told).toEqual([
      { kind: 'directory', version: 3 },
      { kind: 'commands', number: 7 },
    ]);
  }
});

test('what is no hint of ours is passed over, and the next one is read', () => {
  const told: StreamHint[] = [];
  const lines = eventLines((hint) => void told.push(hint));
  lines(bytes('event: hint\ndata: {"kind":"later","x":1}\n\n'));
  lines(bytes('event: hint\ndata: {"kind":"commands","number":-1}\n\n'));
  lines(bytes('event: hint\ndata: not json\n\n'));
  lines(bytes('event: overview\ndata: {"kind":"commands","number":1}\n\n'));
  lines(bytes('event: hint\ndata: {"kind":"commands","number":2}\n\n'));
  expect(told).toEqual([{ kind: 'commands', number: 2 }]);
});

test('a line without end is given up', () => {
  const lines = eventLines(() => undefined);
  expect(lines(bytes('x'.repeat(4096)))).toBe(true);
  expect(lines(bytes('x'))).toBe(false);
  const data = eventLines(() => undefined);
  for (let n = 0; n < 4; n++) expect(data(bytes(`data: ${'x'.repeat(1000)}\n`))).toBe(true);
  expect(data(bytes(`data: ${'x'.repeat(1000)}\n`))).toBe(false);
});
