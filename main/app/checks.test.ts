import { describe, expect, test } from 'vitest';
import { err, ok } from '../../common/result.ts';
import type { CheckName } from '../../common/findings.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { ServerAnswer } from '../ports/server-probe.ts';
import { type CheckPorts, type PairedFacts, stationChecks } from './checks.ts';

function checksWith(ports: Partial<CheckPorts> = {}, answer: ServerAnswer = { kind: 'silent' }) {
  const { clock, pass } = manualClock();
  let asked = 0;
  const check = stationChecks({
    probe: {
      name: async () => ({ finding: 'name-found' }),
      connection: async () => ({ finding: 'tls-good' }),
      server: async () => {
        asked += 1;
        return answer;
      },
    },
    paired: () => 'after-pairing',
    keys: { known: () => 1 },
    idleSeconds: () => clock.mono() / 1000,
    clock,
    ...ports,
  });
  return { check, pass, asked: () => asked };
}
const finding = async (name: CheckName, ...rest: Parameters<typeof checksWith>) =>
  (await checksWith(...rest).check(name)).finding;
const refused = (code: string) =>
  err({ kind: 'refused', status: 401, error: { code, message: '' } } as const);

describe('the server and its clock', () => {
  test.each([
    [{ kind: 'answered', ahead: 2 }, 'server-good', 'clock-good'],
    [{ kind: 'answered', ahead: -61 }, 'server-good', 'clock-off'],
    [{ kind: 'answered', ahead: undefined }, 'server-good', 'after-server'],
    [{ kind: 'other' }, 'server-other', 'after-server'],
    [{ kind: 'failing' }, 'server-failing', 'after-server'],
    [{ kind: 'silent' }, 'after-server', 'after-server'],
  ] as const)('%j: %s, %s', async (answer, server, clock) => {
    expect(await finding('server', {}, answer)).toBe(server);
    expect(await finding('clock', {}, answer)).toBe(clock);
  });
});

describe('the station and its directory', () => {
  test.each([
    ['accepted, with a directory', ok(undefined), 3, 'station-good', 'directory-good'],
    [
      'accepted, without one',
      refused('no-directory'),
      undefined,
      'station-good',
      'directory-missing',
    ],
    ['unknown', refused('unknown-station'), 3, 'station-unknown', 'directory-good'],
    ['waits', refused('station-pending'), 3, 'station-pending', 'directory-good'],
    ['out of use', refused('station-revoked'), 3, 'station-revoked', 'directory-good'],
    ['refused', refused('bad-signature'), 3, 'station-refused', 'directory-good'],
    [
      'not heard',
      err({ kind: 'unreachable', message: '' } as const),
      3,
      'after-server',
      'directory-good',
    ],
  ] as const)('%s', async (_what, answer, version, station, directory) => {
    const paired = () => ({ directory: async () => answer, version: () => version });
    expect(await finding('station', { paired })).toBe(station);
    expect(await finding('directory', { paired })).toBe(directory);
  });

  test('wait for the pairing', async () => {
    expect(await finding('station')).toBe('after-pairing');
    expect(await finding('directory')).toBe('after-pairing');
  });

  test('wait for a start that has not come so far', async () => {
    const before: Partial<CheckPorts> = { paired: () => 'after-start' };
    expect(await finding('station', before)).toBe('after-start');
    expect(await finding('directory', before)).toBe('after-start');
    const facts: PairedFacts = {
      directory: async () => ok(undefined),
      version: () => 'after-start',
    };
    const journalClosed = { paired: () => facts };
    expect(await finding('station', journalClosed)).toBe('station-good');
    expect(await finding('directory', journalClosed)).toBe('after-start');
  });
});

/** Lets a check go on each time it waits. */
async function run(name: CheckName, ports: Partial<CheckPorts>): Promise<string> {
  const { check, pass } = checksWith(ports);
  let found: string | undefined;
  void check(name).then((checked) => (found = checked.finding));
  for (let turn = 0; turn < 200 && found === undefined; turn += 1) {
    await Promise.resolve();
    pass(100);
  }
  return found ?? 'nothing';
}

describe('the key reader', () => {
  test('with and without a key in', async () => {
    expect(await finding('keys', { keys: { known: () => 0 } })).toBe('keys-none');
    expect(await finding('keys')).toBe('keys-good');
  });
  test('is waited for while its process starts, and no longer', async () => {
    let asked = 0;
    const slow = { known: () => ((asked += 1) > 5 ? 2 : 'crashed') } as const;
    expect(await run('keys', { keys: slow })).toBe('keys-good');
    expect(await run('keys', { keys: { known: () => undefined } })).toBe('keys-crashed');
  });
});

describe('the idle clock', () => {
  test('counts', async () => {
    expect(await run('idle', {})).toBe('idle-good');
  });
  test('a hand on the mouse sets it back once, which is no fault', async () => {
    const readings = [5, 0, 0, 2];
    expect(await run('idle', { idleSeconds: () => readings.shift() ?? 0 })).toBe('idle-good');
  });
  test('stands still', async () => {
    expect(await run('idle', { idleSeconds: () => 7 })).toBe('idle-still');
  });
});

test('a page that asks in a loop asks the server once a second', async () => {
  const { check, pass, asked } = checksWith({}, { kind: 'answered', ahead: 0 });
  await Promise.all([check('server'), check('server'), check('server')]);
  await check('server');
  expect(asked()).toBe(1);
  pass(1_000);
  await check('server');
  expect(asked()).toBe(2);
});
