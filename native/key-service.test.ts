import { beforeEach, describe, expect, it } from 'vitest';
import { scriptedPort, settled } from '../test/support/scripted-key.ts';
import { readReport, toReports } from './ctap2/frames.ts';
import { type KeySource, OpenError } from './hid/key-source.ts';
import type { KeyEvent } from './key-protocol.ts';
import { keyService } from './key-service.ts';

const CHANNEL = 7;

describe('the key service', () => {
  let events: KeyEvent[];
  let link: ReturnType<typeof scriptedPort>;
  let opened: number;
  let quiet: boolean[];
  let failure: Error | undefined;
  let service: ReturnType<typeof keyService>;

  beforeEach(() => {
    events = [];
    opened = 0;
    quiet = [];
    failure = undefined;
    link = scriptedPort();
    // A key that gives channels and then answers nothing, unless the test does it.
    link.onSent((report) => {
      const frame = readReport(report);
      if (frame?.kind !== 'init' || frame.command !== 0x06) return;
      const payload = Uint8Array.of(...frame.part.subarray(0, 8), 0, 0, 0, CHANNEL, 2, 0, 0, 0, 4);
      for (const answer of toReports(0xffff_ffff, 0x06, payload)) link.answer(answer);
    });
    const source: KeySource = {
      keys: () => [{ id: 'key', product: 'Key', vendorId: 1, simulated: false }],
      onChanged: () => undefined,
      async open() {
        opened++;
        if (failure) throw failure;
        return link.port;
      },
      setQuiet: (next) => quiet.push(next),
      close: () => undefined,
    };
    service = keyService([source], (event) => events.push(event));
  });

  const begin = (attempt: number) => service.handle({ kind: 'begin', attempt, rpId: 'localhost', known: [] });
  const letGo = () => {
    for (const answer of toReports(CHANNEL, 0x10, Uint8Array.of(0x2d))) link.answer(answer);
  };

  it('opens the key again only when it has let go of the attempt before', async () => {
    void begin(1);
    await settled();
    void begin(2);
    await settled();
    expect(events).toEqual([{ kind: 'refused', attempt: 1, code: 'cancelled' }]);
    expect({ opened, quiet, closed: link.isClosed() }).toEqual({
      opened: 1,
      quiet: [true],
      closed: false,
    });
    letGo();
    await settled();
    expect({ opened, quiet, closed: link.isClosed() }).toEqual({
      opened: 2,
      quiet: [true, false, true],
      closed: true,
    });
    link.pull();
  });

  it('says nothing more of an attempt that the agent gave up', async () => {
    const begun = begin(1);
    await settled();
    await service.handle({ kind: 'cancel', attempt: 1 });
    letGo();
    await begun;
    await service.released();
    expect(events).toEqual([]);
    expect(quiet).toEqual([true, false]);
  });

  it('does not give up an attempt that is not meant', async () => {
    void begin(2);
    await settled();
    await service.handle({ kind: 'cancel', attempt: 1 });
    link.pull();
    await service.released();
    expect(events).toEqual([{ kind: 'refused', attempt: 2, code: 'removed' }]);
  });

  it.each(['no-permission', 'busy', 'removed'] as const)(
    'refuses a key that cannot be opened: %s',
    async (code) => {
      failure = new OpenError(code);
      await begin(1);
      await service.released();
      expect(events).toEqual([{ kind: 'refused', attempt: 1, code }]);
      expect(quiet).toEqual([true, false]);
    },
  );

  it('fails, for the process to end, over what nobody expected', async () => {
    failure = new Error('the native module is broken');
    await expect(begin(1)).rejects.toThrow('broken');
    await expect(service.handle({ kind: 'open', path: '/dev/mem' })).rejects.toThrow(
      'outside the protocol',
    );
  });
});
