import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../common/bytes.ts';
import { manualSurroundings, scriptedPort, settled } from '../../test/support/scripted-key.ts';
import { CtapHid, type Patience } from './ctaphid.ts';
import { MAX_MESSAGE, readReport, toReports } from './frames.ts';
import { CtapLinkError } from './status.ts';

/** A report written as hexadecimal, filled up with zeros. */
const report = (hex: string) => {
  const packet = new Uint8Array(64);
  packet.set(fromHex(hex.replaceAll(' ', '')));
  return packet;
};

/** The nonce that `manualSurroundings` gives first. */
const NONCE = '0102030405060708';
const initAnswer = (nonce = NONCE, channel = 'aabbccdd', capabilities = '0d') =>
  report(`ffffffff 86 0011 ${nonce} ${channel} 02 050403 ${capabilities}`);

describe('CTAPHID packets', () => {
  it('fills the last byte of each packet before the next begins', () => {
    expect(toReports(1, 0x10, new Uint8Array(57))).toHaveLength(1);
    expect(toReports(1, 0x10, new Uint8Array(58))).toHaveLength(2);
    expect(toReports(1, 0x10, new Uint8Array(57 + 59))).toHaveLength(2);
    expect(toReports(1, 0x10, new Uint8Array(57 + 59 + 1))).toHaveLength(3);
    expect(toReports(1, 0x10, new Uint8Array(MAX_MESSAGE))).toHaveLength(129);
    expect(() => toReports(1, 0x10, new Uint8Array(MAX_MESSAGE + 1))).toThrow(RangeError);
  });

  it('writes channel, command, length and sequence where §11.2.4 puts them', () => {
    const payload = Uint8Array.from({ length: 60 }, (_, i) => i + 1);
    const [first, second] = toReports(0xaabbccdd, 0x10, payload).map(toHex);
    expect(first).toBe(`aabbccdd90003c${toHex(payload.subarray(0, 57))}`);
    expect(second).toBe(`aabbccdd00${toHex(payload.subarray(57))}`.padEnd(128, '0'));
  });

  it('reads nothing from a report of another size', () => {
    expect(readReport(new Uint8Array(63))).toBeUndefined();
    expect(readReport(new Uint8Array(65))).toBeUndefined();
    expect(readReport(new Uint8Array(0))).toBeUndefined();
  });
});

let key: ReturnType<typeof scriptedPort>;
let time: ReturnType<typeof manualSurroundings>;
let hid: CtapHid;
let gone: number;
beforeEach(() => {
  key = scriptedPort();
  time = manualSurroundings();
  gone = 0;
  hid = new CtapHid(key.port, time.surroundings, () => gone++);
});

/** How a transaction ended: its answer in hexadecimal, or the fault. */
const outcome = (promise: Promise<Uint8Array | { readonly cbor: boolean }>) =>
  promise.then(
    (value) => (value instanceof Uint8Array ? toHex(value) : value),
    (error: unknown) => (error instanceof CtapLinkError ? error.fault : error),
  );

describe('opening a CTAPHID channel', () => {
  it('allocates it with a nonce', async () => {
    const opening = outcome(hid.open());
    expect(key.sent.map(toHex)).toEqual([toHex(report(`ffffffff 86 0008 ${NONCE}`))]);
    key.answer(initAnswer());
    expect(await opening).toEqual({ cbor: true, wink: true });
    expect(time.waiting()).toBe(0);
  });

  it('sees a key without CTAP2 by its capabilities', async () => {
    const opening = outcome(hid.open());
    key.answer(initAnswer(NONCE, 'aabbccdd', '01'));
    expect(await opening).toEqual({ cbor: false, wink: true });
  });

  it('ignores the answer to somebody else’s INIT', async () => {
    const opening = outcome(hid.open());
    key.answer(initAnswer('ffffffffffffffff', '11111111'));
    key.answer(initAnswer());
    await opening;
    void outcome(hid.cbor(Uint8Array.of(0x04)));
    expect(key.sent.slice(1).map(toHex)).toEqual([toHex(report('aabbccdd 90 0001 04'))]);
  });

  it.each([['00000000'], ['ffffffff']])('refuses the reserved channel %s', async (channel) => {
    const opening = outcome(hid.open());
    key.answer(initAnswer(NONCE, channel));
    expect(await opening).toBe('malformed');
  });

  it('refuses an answer that is too short', async () => {
    const opening = outcome(hid.open());
    key.answer(report(`ffffffff 86 0010 ${NONCE} aabbccdd 02 050403`));
    expect(await opening).toBe('malformed');
  });

  it('gives up on a key that does not answer', async () => {
    const opening = outcome(hid.open());
    time.advance(1_000);
    expect(await opening).toBe('silent');
  });

  it('gives up when others alone are answered, however long they talk', async () => {
    const opening = outcome(hid.open());
    for (let i = 0; i < 11; i++) {
      key.answer(initAnswer('ffffffffffffffff', '11111111'));
      time.advance(100);
    }
    expect(await opening).toBe('silent');
  });

  it('asks a busy key again a little later', async () => {
    const opening = outcome(hid.open());
    key.answer(report('ffffffff bf 0001 06'));
    await settled();
    time.advance(99);
    await settled();
    expect(key.sent).toHaveLength(1);
    time.advance(1);
    await settled();
    expect(key.sent).toHaveLength(2);
    key.answer(initAnswer('090a0b0c0d0e0f10'));
    expect(await opening).toEqual({ cbor: true, wink: true });
  });

  it('gives up on a key that stays busy', async () => {
    const opening = outcome(hid.open());
    for (let i = 0; i < 10; i++) {
      key.answer(report('ffffffff bf 0001 06'));
      await settled();
      time.advance(100);
      await settled();
    }
    expect(await opening).toBe('busy');
    expect(key.sent).toHaveLength(10);
  });
});

describe('a transaction', () => {
  beforeEach(async () => {
    const opening = hid.open();
    key.answer(initAnswer());
    await opening;
    key.sent.length = 0;
  });

  const ask = (patience?: Patience) => outcome(hid.cbor(Uint8Array.of(0x04), patience));
  const keepalive = (status: number) => report(`aabbccdd bb 0001 0${status}`);

  it('sends the command and takes the answer at its length', async () => {
    const answer = ask();
    expect(key.sent.map(toHex)).toEqual([toHex(report('aabbccdd 90 0001 04'))]);
    key.answer(report('aabbccdd 90 0003 00a0ff eeeeee'));
    expect(await answer).toBe('00a0ff');
    expect(time.waiting()).toBe(0);
  });

  it('puts an answer of any length together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: MAX_MESSAGE }), async (payload) => {
        const answer = ask();
        for (const packet of toReports(0xaabbccdd, 0x10, payload)) key.answer(packet);
        expect(await answer).toBe(toHex(payload));
      }),
      { numRuns: 50 },
    );
  });

  it('counts reports in both directions, keepalives aside', async () => {
    const before = hid.reports;
    const answer = ask();
    key.answer(keepalive(1));
    key.answer(keepalive(2));
    for (const packet of toReports(0xaabbccdd, 0x10, new Uint8Array(150))) key.answer(packet);
    await answer;
    expect(hid.reports - before).toBe(1 + 3);
  });

  it('ignores other channels, other sizes and what comes unasked', async () => {
    key.answer(report('aabbccdd 90 0001 2e'));
    const answer = ask();
    key.answer(report('11111111 90 0001 2e'));
    key.answer(report('ffffffff 90 0001 2e'));
    key.answer(report('11111111 bf 0001 06'));
    key.answer(report('aabbccdd 90 0001 2e').subarray(0, 63));
    key.answer(new Uint8Array());
    key.answer(report('aabbccdd 90 0001 00'));
    expect(await answer).toBe('00');
  });

  it.each([
    ['a continuation packet first', ['aabbccdd 00 00']],
    ['a continuation packet left out', ['aabbccdd 90 0096', 'aabbccdd 01']],
    ['a continuation packet twice', ['aabbccdd 90 0096', 'aabbccdd 00', 'aabbccdd 00']],
    ['a second beginning inside a message', ['aabbccdd 90 0096', 'aabbccdd 90 0001 00']],
    ['the answer to another command', ['aabbccdd 81 0001 00']],
    ['a message longer than any can be', ['aabbccdd 90 1dba']],
    ['the longest length that two bytes can say', ['aabbccdd 90 ffff']],
    ['an error', ['aabbccdd bf 0001 7f']],
    ['an error that is cut off', ['aabbccdd bf 0000']],
  ])('refuses %s', async (_name, packets) => {
    const answer = ask();
    for (const packet of packets) key.answer(report(packet));
    expect(await answer).toBe('malformed');
    expect(time.waiting()).toBe(0);
  });

  it.each([['06'], ['0a']])(
    'asks a key again that another channel holds: error %s',
    async (code) => {
      const answer = ask();
      key.answer(report(`aabbccdd bf 0001 ${code}`));
      await settled();
      time.advance(100);
      await settled();
      expect(key.sent.map(toHex)).toEqual(Array(2).fill(toHex(report('aabbccdd 90 0001 04'))));
      key.answer(report('aabbccdd 90 0001 00'));
      expect(await answer).toBe('00');
    },
  );

  it('says busy when another channel does not let go', async () => {
    const answer = ask();
    for (let i = 0; i < 10; i++) {
      key.answer(report('aabbccdd bf 0001 06'));
      await settled();
      time.advance(100);
      await settled();
    }
    expect(await answer).toBe('busy');
    expect(key.sent).toHaveLength(10);
    expect(time.waiting()).toBe(0);
  });

  // §11.2.9.1.3: INIT on our own channel makes the key abandon whatever it thinks is running there.
  const ownInit = (nonce: string, channel = 'aabbccdd') =>
    report(`aabbccdd 86 0011 ${nonce} ${channel} 02 050403 0d`);

  it.each([
    ['a packet was missing', '04'],
    ['the rest came too late', '05'],
  ])('synchronises anew and sends once more when %s', async (_name, code) => {
    const answer = ask();
    key.answer(report(`aabbccdd bf 0001 ${code}`));
    await settled();
    expect(toHex(key.sent[1] ?? new Uint8Array())).toBe(
      toHex(report('aabbccdd 86 0008 090a0b0c0d0e0f10')),
    );
    // What is left of the message before is nobody's business any more.
    key.answer(report('aabbccdd 00 ffff'));
    key.answer(report('aabbccdd 90 0001 2e'));
    key.answer(ownInit('090a0b0c0d0e0f10'));
    await settled();
    expect(key.sent.slice(2).map(toHex)).toEqual([toHex(report('aabbccdd 90 0001 04'))]);
    key.answer(report('aabbccdd 90 0001 00'));
    expect(await answer).toBe('00');
  });

  it('asks for a new channel when the key has forgotten ours', async () => {
    const answer = ask();
    key.answer(report('aabbccdd bf 0001 0b'));
    await settled();
    key.answer(initAnswer('090a0b0c0d0e0f10', '11223344'));
    await settled();
    expect(key.sent.slice(2).map(toHex)).toEqual([toHex(report('11223344 90 0001 04'))]);
    key.answer(report('11223344 90 0001 00'));
    expect(await answer).toBe('00');
  });

  it('does not go on for ever with a key that always loses the thread', async () => {
    const answer = ask();
    key.answer(report('aabbccdd bf 0001 04'));
    await settled();
    key.answer(ownInit('090a0b0c0d0e0f10'));
    await settled();
    key.answer(report('aabbccdd bf 0001 04'));
    expect(await answer).toBe('unsynchronised');
  });

  it('begins with INIT after an answer that made no sense, and takes no other channel then', async () => {
    const broken = ask();
    key.answer(report('aabbccdd 00 00'));
    expect(await broken).toBe('malformed');
    const answer = ask();
    key.answer(ownInit('090a0b0c0d0e0f10', '11223344'));
    expect(await answer).toBe('malformed');
    expect(time.waiting()).toBe(0);
  });

  it('makes the key wink, and gets its own bytes back', async () => {
    const winked = hid.wink();
    expect(key.sent.map(toHex)).toEqual([toHex(report('aabbccdd 88 0000'))]);
    key.answer(report('aabbccdd 88 0000'));
    await winked;
    const echoed = outcome(hid.ping(Uint8Array.of(1, 2, 3)));
    key.answer(report('aabbccdd 81 0003 010203'));
    expect(await echoed).toBe('010203');
  });

  it('gives up on silence, also in the middle of an answer', async () => {
    const answer = ask({ limitMs: 60_000 });
    time.advance(2_999);
    key.answer(keepalive(1));
    time.advance(2_999);
    key.answer(report('aabbccdd 90 0096'));
    time.advance(1_000);
    expect(time.waiting()).toBeGreaterThan(0);
    time.advance(2_000);
    expect(await answer).toBe('silent');
  });

  it('cancels a key that only ever says it is working', async () => {
    const answer = ask();
    for (let ms = 0; ms < 8_000; ms += 100) {
      key.answer(keepalive(1));
      time.advance(100);
    }
    expect(key.sent.slice(1).map(toHex)).toEqual([toHex(report('aabbccdd 91 0000'))]);
    for (let ms = 0; ms < 1_000; ms += 100) {
      key.answer(keepalive(1));
      time.advance(100);
    }
    expect(await answer).toBe('silent');
    expect(time.waiting()).toBe(0);
  });

  it('tells each keepalive that asks for a touch, and only those', async () => {
    let touches = 0;
    const answer = ask({ onTouch: () => touches++ });
    key.answer(keepalive(1));
    expect(touches).toBe(0);
    key.answer(keepalive(2));
    key.answer(keepalive(2));
    expect(touches).toBe(2);
    key.answer(report('aabbccdd 90 0001 00'));
    expect(await answer).toBe('00');
  });

  it('ends untouched after its limit, and throws a late result away', async () => {
    const answer = ask({ limitMs: 30_000 });
    for (let ms = 0; ms < 30_000; ms += 100) {
      key.answer(keepalive(2));
      time.advance(100);
    }
    expect(key.sent.slice(1).map(toHex)).toEqual([toHex(report('aabbccdd 91 0000'))]);
    key.answer(report('aabbccdd 90 0002 00a0'));
    expect(await answer).toBe('untouched');
  });

  it.each([
    ['0x2D', 'aabbccdd 90 0001 2d'],
    ['a result that crossed it', 'aabbccdd 90 0002 00a0'],
    ['an error', 'aabbccdd bf 0001 06'],
  ])('is over once cancelled and answered with %s', async (_name, late) => {
    const answer = ask();
    hid.cancel();
    hid.cancel();
    expect(key.sent.slice(1).map(toHex)).toEqual([toHex(report('aabbccdd 91 0000'))]);
    key.answer(report(late));
    expect(await answer).toBe('cancelled');
    expect(time.waiting()).toBe(0);
  });

  it('is over a second after the cancel when the key does not let go', async () => {
    const answer = ask();
    hid.cancel();
    time.advance(1_000);
    expect(await answer).toBe('cancelled');
  });

  it('starts nothing new once cancelled', async () => {
    hid.cancel();
    expect(await ask()).toBe('cancelled');
    expect(key.sent).toEqual([]);
  });

  it('closes the device only when the key has let go', async () => {
    const answer = ask();
    const closing = hid.close();
    await settled();
    expect(key.isClosed()).toBe(false);
    key.answer(report('aabbccdd 90 0001 2d'));
    await closing;
    expect(key.isClosed()).toBe(true);
    expect(await answer).toBe('cancelled');
  });

  it('makes a key that went silent abandon the command before it closes the device', async () => {
    const answer = ask();
    time.advance(3_000);
    expect(await answer).toBe('silent');
    const closing = hid.close();
    await settled();
    expect(toHex(key.sent[1] ?? new Uint8Array())).toBe(
      toHex(report('aabbccdd 86 0008 090a0b0c0d0e0f10')),
    );
    expect(key.isClosed()).toBe(false);
    key.answer(ownInit('090a0b0c0d0e0f10'));
    await closing;
    expect(key.isClosed()).toBe(true);
    expect(await ask()).toBe('cancelled');
  });

  it('closes a key that stays deaf all the same, a second later', async () => {
    const answer = ask();
    time.advance(3_000);
    await answer;
    const closing = hid.close();
    await settled();
    time.advance(1_000);
    await closing;
    expect(key.isClosed()).toBe(true);
    expect(await ask()).toBe('cancelled');
  });

  it('ends at once when the key is pulled, and tells it once', async () => {
    const answer = ask();
    key.pull();
    key.pull();
    expect(await answer).toBe('removed');
    expect(gone).toBe(1);
    expect(await ask()).toBe('removed');
    expect(key.sent).toHaveLength(1);
    await hid.close();
    expect(key.isClosed()).toBe(true);
  });

  it('does not run two at a time', async () => {
    void ask();
    await expect(hid.cbor(Uint8Array.of(0x04))).rejects.toThrow('already running');
  });

  it('ends after any packets, with an answer or a fault', async () => {
    const packets = fc.array(
      fc.tuple(
        fc.constantFrom('aabbccdd', 'ffffffff', '00000000'),
        fc.constantFrom('90', 'bb', 'bf', '86', '81', '00', '01', '7f'),
        fc.uint8Array({ minLength: 59, maxLength: 59 }),
      ),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(packets, async (some) => {
        const answer = outcome(hid.cbor(Uint8Array.of(0x04)));
        for (const [channel, second, rest] of some)
          key.answer(report(channel + second + toHex(rest)));
        // Busy keys are asked again, lost ones are synchronised first: each of those waits has an end.
        for (let i = 0; i < 30; i++) {
          time.advance(10_000);
          await settled();
        }
        expect(await answer).toMatch(
          /^(([0-9a-f]{2})*|silent|untouched|malformed|unsynchronised|busy)$/,
        );
        expect(time.waiting()).toBe(0);
      }),
    );
  });
});
