// Every fault of the simulated key, struck at the product's key service over UDP.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyEvent } from '../../native/key-protocol.ts';
import { keyService } from '../../native/key-service.ts';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { words as es } from '../../renderer/i18n/words/es.ts';
import { type KeyOverUdp, keyOverUdp } from '../support/key-over-udp.ts';

const RP = 'localhost';
const PIN = '246813';
const GET_ASSERTION = 0x02;
const CLIENT_PIN = 0x06;
const TOKEN = { command: CLIENT_PIN, subCommand: 0x09 };
const MANY = 1_000;

let key: KeyOverUdp;
let events: KeyEvent[];
let service: ReturnType<typeof keyService>;
let attempt: number;

beforeEach(async () => {
  key = await keyOverUdp();
  await key.control.ask({ cmd: 'set-key', pin: PIN });
  await key.control.ask({ cmd: 'add-credential', rpId: RP });
  await key.isPlugged();
  events = [];
  attempt = 0;
  service = keyService([key.source], (event) => events.push(event));
});
afterEach(() => key.stop());

const strike = (fault: object | null) => key.control.ask({ cmd: 'set-fault', fault });
/** Runs a whole attempt; answers with its last event. */
async function access() {
  events = [];
  attempt++;
  await service.handle({ kind: 'begin', attempt, rpId: RP, known: [] });
  if (events.some(({ kind }) => kind === 'ready')) {
    const pin = new TextEncoder().encode(PIN);
    await service.handle({ kind: 'pin', attempt, pin, clientDataHash: new Uint8Array(32) });
    expect([...pin]).toEqual([0, 0, 0, 0, 0, 0]);
  }
  await service.released();
  return events.filter(({ kind }) => kind !== 'keys').at(-1);
}

it.each<[string, object, string]>([
  ['an unknown status', { kind: 'status', status: 0x7f, ...TOKEN }, 'unreadable'],
  [
    'a refused assertion',
    { kind: 'status', status: 0x27, command: GET_ASSERTION },
    'touch-timeout',
  ],
  ['bytes of its own', { kind: 'answer', hex: '00a0', ...TOKEN }, 'unreadable'],
  ['an answer without a status', { kind: 'answer', hex: '', ...TOKEN }, 'unreadable'],
  ['silence', { kind: 'silent', ...TOKEN }, 'unreadable'],
  ['work without end', { kind: 'endless', ...TOKEN }, 'unreadable'],
  ['a busy key', { kind: 'busy', times: MANY, ...TOKEN }, 'busy'],
  ['noise', { kind: 'noise', ...TOKEN }, 'unreadable'],
  ['half an answer', { kind: 'truncated', ...TOKEN }, 'unreadable'],
  ['a length that is too great', { kind: 'length', extra: 10, ...TOKEN }, 'unreadable'],
  ['a length that is beyond all', { kind: 'length', extra: 20_000, ...TOKEN }, 'unreadable'],
  ['another channel', { kind: 'channel', ...TOKEN }, 'unreadable'],
  ['a packet left out', { kind: 'sequence', ...TOKEN }, 'unreadable'],
  ['a key pulled before it answers', { kind: 'unplug', when: 'asked', ...TOKEN }, 'removed'],
  ['a key pulled while it answers', { kind: 'unplug', when: 'answering', ...TOKEN }, 'removed'],
])('%s ends the attempt with its code, and the next one is good', async (_name, fault, code) => {
  await strike(fault);
  expect(await access()).toMatchObject({ kind: 'refused', attempt, code });
  if (code === 'removed') await key.control.insert('key');
  else await strike(null);
  await key.isPlugged();
  expect(await access()).toMatchObject({ kind: 'assertion', attempt });
});

it.each<[string, object]>([
  ['is slow', { kind: 'slow', delayMs: 400, times: MANY }],
  ['is busy for a moment', { kind: 'busy', times: 3, ...TOKEN }],
])('a key that %s is waited for', async (_name, fault) => {
  await strike(fault);
  expect(await access()).toMatchObject({ kind: 'assertion', attempt });
});

it('a fault strikes as often as it says, and only the command that it names', async () => {
  await strike({ kind: 'status', status: 0x31, times: 2, ...TOKEN });
  const codes = [];
  for (let n = 0; n < 3; n++) codes.push((await access())?.kind);
  expect(codes).toEqual(['refused', 'refused', 'assertion']);
  await strike({ kind: 'status', status: 0x31, command: CLIENT_PIN, subCommand: 0x05 });
  expect(await access()).toMatchObject({ kind: 'assertion' });
});

describe('a key of another time', () => {
  it('that speaks U2F only is refused, with a sentence in both languages', async () => {
    await key.control.ask({ cmd: 'set-key', profile: { u2fOnly: true } });
    await key.replug();
    expect(await access()).toMatchObject({ kind: 'refused', code: 'u2f-only' });
    for (const sentence of [en, es].map(({ notice }) => notice['u2f-only'])) {
      expect(sentence.title.length).toBeGreaterThan(0);
    }
  });
});
