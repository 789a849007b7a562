import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/journal.ts';
import { type ConfigSource, configFile, dataFolder, loadConfig, parseConfig } from './config.ts';

const valid = {
  serverUrl: 'https://wardlock.clinic.example',
  place: 'Ward 3',
  rpId: 'keys.clinic.example',
};
const code = 'ABCDEFGHIJKLMNOP.QRSTUVWXYZ234567';
const parse = (value: unknown) => parseConfig(JSON.stringify(value), 'station.json');

test('a short configuration gets its defaults', () => {
  expect(parse(valid)).toEqual({
    ok: true,
    value: { ...valid, language: 'en', theme: 'day', allowUnsealed: false },
  });
  const all = {
    ...valid,
    pairingCode: code,
    language: 'es',
    theme: 'night',
    allowUnsealed: true,
    helpPhone: '112',
  };
  expect(parse(all)).toEqual({ ok: true, value: all });
});

test.each([
  'http://localhost:8787',
  'http://127.0.0.1:1',
  'http://[::1]:80',
  'https://a.example:8443/',
])('serverUrl may be %s', (serverUrl) => {
  expect(parse({ ...valid, serverUrl })).toMatchObject({ ok: true, value: { serverUrl } });
});

test.each<[field: string, value: unknown, allowed: string]>([
  ['serverUrl', 'http://wardlock.clinic.example', 'an https address'],
  ['serverUrl', 'http://localhost.evil.example', 'an https address'],
  ['serverUrl', 'http://127.0.0.1.evil.example', 'an https address'],
  ['serverUrl', 'https://user@a.example', 'an https address'],
  ['serverUrl', 'https://a.example/path', 'an https address'],
  ['serverUrl', 'ftp://a.example', 'an https address'],
  ['serverUrl', 'nonsense', 'an https address'],
  ['place', '  ', 'a name of 1 to 60 characters'],
  ['rpId', 'https://keys.clinic.example', 'a host name in lower case'],
  ['rpId', 'Keys.example', 'a host name in lower case'],
  ['language', 'fr', '"en" or "es"'],
  ['theme', 'dark', '"day" or "night"'],
  ['allowUnsealed', 'yes', 'true or false'],
  ['helpPhone', 112, 'a telephone number'],
])('a wrong %s (%s) is named with its value and what is allowed', (field, value, allowed) => {
  const result = parse({ ...valid, [field]: value });
  expect(result).toMatchObject({ ok: false });
  const sentence = result.ok ? '' : result.error;
  expect(sentence).toContain(`${field} is ${JSON.stringify(value)}: allowed is ${allowed}`);
  expect(sentence).toContain('station.json');
});

test('a missing field is named', () => {
  const { place: _, ...rest } = valid;
  expect(parse(rest)).toEqual({
    ok: false,
    error: 'place is missing: allowed is a name of 1 to 60 characters. (station.json)',
  });
});

test('the pairing code is never shown', () => {
  const mistyped = code.replace('.', '-');
  const texts = [
    parse({ ...valid, pairingCode: mistyped }),
    parse({ ...valid, pairingcode: code }),
    parse({ ...valid, pairingCode: code, place: '' }),
    parseConfig(`{"pairingCode": "${code}"`, 'station.json'),
  ].map((result) => (result.ok ? 'accepted' : result.error));
  expect(texts[0]).toMatch(
    /^pairingCode has a wrong value \(not shown\): allowed is a pairing code/,
  );
  expect(texts[1]).toMatch(
    /^pairingcode is no field of the station configuration: allowed are serverUrl, /,
  );
  expect(texts[3]).toBe('The station configuration station.json is not JSON.');
  for (const text of texts) expect(text).not.toMatch(/ABCDEFGH|QRSTUVWX|accepted/);
});

test.each([[[]], ['text'], [null], [7]])('%j is no configuration', (value) => {
  expect(parse(value)).toMatchObject({
    ok: false,
    error: expect.stringContaining('not a JSON object'),
  });
});

test('a packaged build takes neither configuration nor data from the environment', () => {
  const environment = {
    WARDLOCK_CONFIG: '/tmp/own.json',
    WARDLOCK_DATA: '/tmp/own',
    ProgramData: 'D:\\own',
  };
  const source = (packaged: boolean, platform: NodeJS.Platform): ConfigSource => ({
    packaged,
    platform,
    environment,
  });
  expect(configFile(source(true, 'linux'))).toBe('/etc/wardlock/station.json');
  expect(configFile(source(true, 'win32'))).toBe('C:\\ProgramData\\Wardlock\\station.json');
  expect(dataFolder(source(true, 'linux'))).toBeUndefined();
  expect(configFile(source(false, 'linux'))).toBe('/tmp/own.json');
  expect(dataFolder(source(false, 'linux'))).toBe('/tmp/own');
});

test('the file is read; what is missing is told', async () => {
  const { folder, remove } = temporaryFolder();
  const file = path.join(folder, 'station.json');
  const source = {
    packaged: false,
    platform: 'linux',
    environment: { WARDLOCK_CONFIG: file },
  } as const;
  expect(await loadConfig(source)).toEqual({
    ok: false,
    error: `The station configuration ${file} cannot be read (ENOENT): create it as JSON.`,
  });
  writeFileSync(file, JSON.stringify(valid));
  expect(await loadConfig(source)).toMatchObject({ ok: true, value: valid });
  expect(await loadConfig({ ...source, environment: {} })).toMatchObject({ ok: false });
  remove();
});
