import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openDevice } from '../simulator/device.ts';
import { BROADCAST, HID } from '../simulator/frames.ts';
import { plugIn } from '../simulator/key.ts';
import { provision } from '../simulator/provision.ts';

const nurse = { id: 'nurse', name: 'Maria Lopez', pin: '246813' };
const NONCE = '0102030405060708';

/** A key whose hand never comes, and what it sent. */
function openKey() {
  const [record] = provision({ rpId: 'localhost', people: [nurse] }).keys;
  const sent: Buffer[] = [];
  const key = plugIn({ ...record }, () => undefined, {
    wait: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve('cancelled'));
      }),
  });
  const device = openDevice<undefined>({
    key,
    isTouchAwaited: () => false,
    send: (report) => sent.push(report),
    unplug: () => undefined,
  });
  const write = (channel: number, second: number, rest: Uint8Array) => {
    const report = Buffer.alloc(64);
    report.writeUInt32BE(channel);
    report[4] = second;
    report.set(rest.subarray(0, 59), 5);
    device.receive(report, undefined);
  };
  const init = (channel: number) => write(channel, HID.init, Buffer.from(`0008${NONCE}`, 'hex'));
  const allocate = () => {
    init(BROADCAST);
    const answer = sent.at(-1);
    expect(answer?.subarray(4, 15).toString('hex')).toBe(`860011${NONCE}`);
    return answer?.readUInt32BE(15) ?? 0;
  };
  return { device, sent, write, init, allocate };
}

const body = fc.oneof(
  fc.uint8Array({ maxLength: 59 }),
  // A length that is true or nearly so, then a CTAP2 command and a small map.
  fc
    .tuple(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 0x0e }))
    .map(([length, command]) => Uint8Array.of(0, length, command, 0xa1, 0x02, 0x01)),
);
const packet = fc.tuple(
  fc.constantFrom('first', 'second', 'broadcast', 'nobody'),
  fc.oneof(fc.constantFrom(0, 1, ...Object.values(HID)), fc.integer({ min: 0, max: 255 })),
  body,
);

it('serves the next client, whatever a hostile one has sent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(packet, { maxLength: 30 }), async (packets) => {
      const { device, sent, write, init, allocate } = openKey();
      const channels = { first: allocate(), second: allocate(), broadcast: BROADCAST, nobody: 1 };
      for (const [whose, second, rest] of packets) write(channels[whose], second, rest);
      // Both clients start over, and whatever they held is free.
      for (const channel of [channels.first, channels.second, channels.first]) init(channel);
      const mine = allocate();
      const before = sent.length;
      write(mine, HID.cbor, Uint8Array.of(0, 1, 0x04));
      for (let turn = 0; turn < 100 && sent.length === before; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      const answer = sent[before];
      device.close();
      expect(answer?.readUInt32BE()).toBe(mine);
      expect([answer?.[4], answer?.[7]]).toEqual([HID.cbor, 0]);
    }),
    { numRuns: 300 },
  );
});
