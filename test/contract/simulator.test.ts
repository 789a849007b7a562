import { type Socket as UdpSocket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { cdeEncodeOptions, encode } from 'cbor2';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plugIn } from '../simulator/key.ts';
import { provision } from '../simulator/provision.ts';
import { startSimulator } from '../support/simulator.ts';

const nurse = { id: 'nurse', name: 'Maria Lopez', pin: '246813' };

let simulator: Awaited<ReturnType<typeof startSimulator>>;
beforeEach(async () => {
  simulator = await startSimulator([nurse]);
});
afterEach(() => simulator.stop());

describe('the simulated key, packet by packet', () => {
  let socket: UdpSocket;
  let received: Buffer[];
  let credentialId: Uint8Array;
  let wake = (): void => undefined;
  beforeEach(async () => {
    received = [];
    credentialId = new Uint8Array(Buffer.from(simulator.credentials[0]?.id ?? '', 'base64url'));
    socket = createSocket('udp4');
    socket.on('message', (message) => {
      received.push(message);
      wake();
    });
    socket.connect(simulator.udp, '127.0.0.1');
    await once(socket, 'connect');
    await simulator.control.insert('nurse');
  });
  afterEach(() => socket.close());

  const send = (hex: string) => {
    const report = Buffer.alloc(64);
    Buffer.from(hex.replaceAll(' ', ''), 'hex').copy(report);
    socket.send(report);
  };
  async function next(): Promise<Buffer> {
    for (;;) {
      const message = received.shift();
      if (message) return message;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  /** Channel, command, length and payload of a one-packet answer. */
  const nextHex = async () => {
    const report = await next();
    return report.subarray(0, 7 + report.readUInt16BE(5)).toString('hex');
  };
  async function channel(): Promise<string> {
    send('ffffffff 86 0008 0102030405060708');
    const answer = await next();
    expect(answer.subarray(0, 15).toString('hex')).toBe('ffffffff8600110102030405060708');
    expect(answer[19]).toBe(2);
    expect(answer[23]).toBe(0x0d);
    return answer.subarray(15, 19).toString('hex');
  }

  /** getAssertion with an allow list and without PIN, which level 2 allows; three packets. */
  function askAssertion(mine: string) {
    const request = new Map<number, unknown>([
      [1, 'localhost'],
      [2, new Uint8Array(32)],
      [
        3,
        [
          new Map<string, unknown>([
            ['id', credentialId],
            ['type', 'public-key'],
          ]),
        ],
      ],
    ]);
    const message = Buffer.concat([Buffer.of(0x02), encode(request, cdeEncodeOptions)]).toString(
      'hex',
    );
    send(
      `${mine} 90 ${(message.length / 2).toString(16).padStart(4, '0')} ${message.slice(0, 114)}`,
    );
    send(`${mine} 00 ${message.slice(114, 232)}`);
    send(`${mine} 01 ${message.slice(232)}`);
  }

  it('gives each client a channel of its own', async () => {
    expect(await channel()).not.toBe(await channel());
  });

  it('echoes, winks and refuses what it does not know', async () => {
    const mine = await channel();
    send(`${mine} 81 0003 aabbcc`);
    expect(await nextHex()).toBe(`${mine}810003aabbcc`);
    send(`${mine} 88 0000`);
    expect(await nextHex()).toBe(`${mine}880000`);
    send(`${mine} 83 0001 00`);
    expect(await nextHex()).toBe(`${mine}bf000101`);
    send(`${mine} 90 0000`);
    expect(await nextHex()).toBe(`${mine}bf000103`);
    send(`${mine} 90 0001 7e`);
    expect(await nextHex()).toBe(`${mine}90000101`);
    send(`${mine} 90 0002 06ff`);
    expect(await nextHex()).toBe(`${mine}90000112`);
    send(`${mine} 90 0002 06a0`);
    expect(await nextHex()).toBe(`${mine}90000114`);
  });

  it('answers on no channel that it did not give', async () => {
    send('11111111 81 0001 00');
    expect(await nextHex()).toBe('11111111bf00010b');
    send('11111111 86 0008 0102030405060708');
    expect(await nextHex()).toBe('11111111bf00010b');
    send('ffffffff 81 0001 00');
    expect(await nextHex()).toBe('ffffffffbf00010b');
  });

  it('refuses lies about lengths and order', async () => {
    const mine = await channel();
    send(`${mine} 81 1dba`);
    expect(await nextHex()).toBe(`${mine}bf000103`);
    send(`${mine} 81 0060`);
    send(`${mine} 01`);
    expect(await nextHex()).toBe(`${mine}bf000104`);
    send(`${mine} 81 0060`);
    send(`${mine} 81 0001 00`);
    expect(await nextHex()).toBe(`${mine}bf000104`);
    send(`${mine} 00`); // a stray continuation is ignored
    send(`${mine} 81 0001 aa`);
    expect(await nextHex()).toBe(`${mine}810001aa`);
  });

  it('gives up on a message that is not continued', async () => {
    const mine = await channel();
    send(`${mine} 81 0060`);
    expect(await nextHex()).toBe(`${mine}bf000105`);
  });

  it('is busy for others in the middle of a message, and starts over for its owner', async () => {
    const mine = await channel();
    const other = await channel();
    send(`${mine} 81 0060`);
    send(`${other} 81 0001 00`);
    expect(await nextHex()).toBe(`${other}bf000106`);
    send(`${other} 00`);
    send(`${mine} 86 0008 0102030405060708`);
    expect(await nextHex()).toMatch(new RegExp(`^${mine}8600110102030405060708${mine}`));
    send(`${other} 81 0001 bb`);
    expect(await nextHex()).toBe(`${other}810001bb`);
  });

  it('waits for a touch with keepalives, and lets go when cancelled', async () => {
    const mine = await channel();
    const other = await channel();
    askAssertion(mine);
    expect(await nextHex()).toBe(`${mine}bb000102`);
    // A slow machine hears some keepalives more before each answer.
    const answer = async () => {
      for (;;) {
        const report = await nextHex();
        if (report !== `${mine}bb000102`) return report;
      }
    };
    send(`${other} 81 0001 00`);
    expect(await answer()).toBe(`${other}bf000106`);
    send(`${other} 91 0000`); // not theirs to cancel
    expect(await nextHex()).toBe(`${mine}bb000102`);
    send(`${mine} 91 0000`);
    expect(await answer()).toBe(`${mine}9000012d`);
    askAssertion(mine);
    expect(await nextHex()).toBe(`${mine}bb000102`);
    await simulator.control.touch();
    expect((await answer()).slice(0, 10)).toBe(`${mine}90`);
    expect((await simulator.control.state()).keys[0]?.counter).toBe(1);
  });

  it('tells its last peer about plugging and pulling with an empty datagram', async () => {
    await channel();
    await simulator.control.remove();
    expect(await next()).toHaveLength(0);
    send('ffffffff 86 0008 0102030405060708');
    await simulator.control.insert('nurse');
    expect(await next()).toHaveLength(0);
    expect(received).toEqual([]);
  });

  it('touches by itself when it is told to', async () => {
    await simulator.control.touchAutomatically(true);
    const mine = await channel();
    askAssertion(mine);
    expect(await nextHex()).toBe(`${mine}bb000102`);
    expect((await next()).subarray(0, 5).toString('hex')).toBe(`${mine}90`);
  });
});

describe('the control of the simulated key', () => {
  it('answers each line, and tells subscribers of each change', async () => {
    const socket = connect(simulator.controlPort, '127.0.0.1');
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    const next = async () =>
      JSON.parse(String((await lines.next()).value)) as Record<string, unknown>;
    socket.write('{"cmd":"subscribe"}\nnonsense\n{"cmd":"dance"}\n');
    expect(await next()).toEqual({ ok: true });
    expect(await next()).toMatchObject({ ok: false });
    expect(await next()).toMatchObject({ ok: false });
    await simulator.control.insert('nurse');
    expect(await next()).toMatchObject({
      ok: true,
      event: 'state',
      inserted: 'nurse',
      waitingForTouch: false,
    });
    await simulator.control.remove();
    expect(await next()).toMatchObject({ event: 'state', inserted: null });
    socket.destroy();
  });
});

describe('the simulated key, told nonsense', () => {
  it('answers any message with a status', async () => {
    const { keys } = provision({ rpId: 'localhost', people: [nurse] });
    const key = plugIn({ ...keys[0] }, () => undefined, { wait: () => Promise.resolve('finger') });
    const shaped = fc.tuple(
      fc.constantFrom(0x01, 0x02, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d),
      fc.array(
        fc.tuple(
          fc.integer({ min: 1, max: 10 }),
          fc.constantFrom(
            '00',
            '01',
            '02',
            '05',
            '09',
            '20',
            '40',
            '60',
            '80',
            'a0',
            'f5',
            '81a0',
            'a10102',
            'f6',
            'a12100',
            '18ff',
          ),
        ),
        { maxLength: 8 },
      ),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 80 }),
      shaped.map(([command, entries]) => {
        const sorted = [...new Map(entries)].sort(([a], [b]) => a - b);
        const body = sorted
          .map(([field, value]) => field.toString(16).padStart(2, '0') + value)
          .join('');
        return new Uint8Array([command, 0xa0 + sorted.length, ...Buffer.from(body, 'hex')]);
      }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (message) => {
        const answer = await key.handle(message, new AbortController().signal);
        expect(answer.length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the Demo keys page', () => {
  const ask = async (method: string, url: string, headers: Record<string, string>, body = '') => {
    const sent = httpRequest({
      host: '127.0.0.1',
      port: simulator.http,
      method,
      path: url,
      headers,
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, text };
  };
  const json = { 'content-type': 'application/json' };

  it('inserts, shows names and PINs, touches and removes', async () => {
    expect(await ask('POST', '/insert', json, '{"key":"nurse"}')).toMatchObject({ status: 200 });
    const { text } = await ask('GET', '/state', {});
    expect(JSON.parse(text)).toMatchObject({
      inserted: 'nurse',
      waitingForTouch: false,
      keys: [{ id: 'nurse', name: 'Maria Lopez', pin: '246813', pinRetries: 8 }],
    });
    expect(await ask('POST', '/touch', json, '{}')).toMatchObject({
      status: 200,
      text: '{"touched":false}',
    });
    await ask('POST', '/remove', json);
    expect((await simulator.control.state()).inserted).toBeNull();
    expect(await ask('POST', '/insert', json, '{"key":"nobody"}')).toMatchObject({ status: 400 });
  });

  it('is deaf to other sites', async () => {
    const refusals = [
      ask('GET', '/state', { host: 'evil.example' }),
      ask('GET', '/state', { host: '127.0.0.1.evil.example' }),
      ask('GET', '/state', { host: '[' }),
      ask('POST', '/insert', { ...json, host: 'evil.example' }, '{"key":"nurse"}'),
      ask('POST', '/insert', { 'content-type': 'text/plain' }, '{"key":"nurse"}'),
      ask('POST', '/insert', {}, '{"key":"nurse"}'),
    ];
    expect((await Promise.all(refusals)).map(({ status }) => status)).toEqual([
      403, 403, 403, 403, 415, 415,
    ]);
    expect((await simulator.control.state()).inserted).toBeNull();
  });
});
