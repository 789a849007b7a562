import { expect, test } from 'vitest';
import { readCsv } from './directory-csv.ts';

const read = (text: string) => readCsv(new TextEncoder().encode(text));

test('BOM, CRLF, quotes, doubled quotes and line breaks within quotes are read by RFC 4180', () => {
  expect(read('\uFEFFA,"B",c\r\n1,"two, ""quoted""","three\r\nlines"\r\n\r\n4,,"ü"\r\n')).toEqual({
    ok: true,
    value: {
      header: ['a', 'b', 'c'],
      lines: [
        { line: 3, cells: ['1', 'two, "quoted"', 'three\nlines'] },
        { line: 5, cells: ['4', '', 'ü'] },
      ],
    },
  });
});

test.each([
  ['a,b\n1,"open\n2,3\n', /is not CSV at line \d+ \(CSV_QUOTE_NOT_CLOSED\)/],
  ['a,b\n1,x"y"\n', /is not CSV at line 2 \(INVALID_OPENING_QUOTE\)/],
  ['', /is empty/],
])('what is not CSV is told with its line: %j', (text, says) => {
  expect(read(text)).toEqual({ ok: false, error: expect.stringMatching(says) });
});

test('another encoding is named as such, and nothing of the file is quoted', () => {
  const read1252 = readCsv(Buffer.from('a,b\nJos\xe9,1\n', 'latin1'));
  expect(read1252).toEqual({ ok: false, error: 'is not UTF-8; save it as "CSV UTF-8"' });
});

test('a file of too many lines, or with one of 64 KiB, is refused', () => {
  expect(read(`a\n${'x\n'.repeat(100_001)}`)).toMatchObject({ ok: false });
  expect(read(`a\n${'x\n'.repeat(100_000)}`)).toMatchObject({ ok: true });
  expect(read(`a\n${'x'.repeat(70_000)}\n`)).toMatchObject({ ok: false });
});
