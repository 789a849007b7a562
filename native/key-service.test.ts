import { beforeEach, describe, expect, it } from 'vitest';
import {
  CLIENT_PIN,
  GET_INFO,
  SELECTION,
  type Twist,
  keyOnPort,
  soundInfo,
  status,
} from '../test/support/key-on-port.ts';
import { scriptedPort, settled } from '../test/support/scripted-key.ts';
import { readReport, toReports } from './ctap2/frames.ts';
import { type KeySource, OpenError, type OpenFailure } from './hid/key-source.ts';
import type { KeyEvent } from './key-protocol.ts';
import { keyService } from './key-service.ts';

const CHANNEL = 7;

const u2fOnly: Twist = (command) =>
  command === GET_INFO ? soundInfo([[1, ['U2F_V2']]]) : undefined;
/** CTAP2_ERR_OPERATION_DENIED */
const denied: Twist = (command) => (command === SELECTION ? status(0x27) : undefined);
const broken: Twist = (command) => (command === GET_INFO ? new Uint8Array() : undefined);

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
      look: () => Promise.resolve(true),
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

  const begin = (attempt: number) =>
    service.handle({ kind: 'begin', attempt, rpId: 'localhost', known: [] });
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

  it('is not free while a device is still being opened for an attempt that was given up', async () => {
    let openAtLast = (): void => undefined;
    const opening = new Promise<void>((resolve) => {
      openAtLast = resolve;
    });
    const slow: KeySource = {
      keys: () => [{ id: 'key', product: 'Key', vendorId: 1, simulated: false }],
      onChanged: () => undefined,
      look: () => Promise.resolve(true),
      open: () => opening.then(() => link.port),
      setQuiet: () => undefined,
      close: () => undefined,
    };
    service = keyService([slow], (event) => events.push(event));
    void begin(1);
    await settled();
    await service.handle({ kind: 'cancel', attempt: 1 });
    let isFree = false;
    const released = service.released().then(() => {
      isFree = true;
    });
    await settled();
    expect(isFree).toBe(false);
    openAtLast();
    await released;
    expect(link.isClosed()).toBe(true);
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

describe('the key service with several keys', () => {
  const pin = () => new TextEncoder().encode('246813');
  const rows = (...twists: Twist[]) =>
    twists.map((twist, index) => {
      const id = `key ${index}`;
      const key = keyOnPort(twist, [{ id, name: id, pin: '246813' }]);
      return { id, ...key, failure: undefined as OpenFailure | undefined };
    });
  type Row = ReturnType<typeof rows>[number];

  function serve(keys: readonly Row[]) {
    const events: KeyEvent[] = [];
    let wake = (): void => undefined;
    const source: KeySource = {
      keys: () => keys.map(({ id }) => ({ id, product: id, vendorId: 1, simulated: false })),
      onChanged: () => undefined,
      look: () => Promise.resolve(true),
      async open(id) {
        const key = keys.find((one) => one.id === id);
        if (!key || key.failure) throw new OpenError(key?.failure ?? 'removed');
        return key.link.port;
      },
      setQuiet: () => undefined,
      close: () => undefined,
    };
    const service = keyService([source], (event) => {
      events.push(event);
      wake();
    });
    const next = async (kind: KeyEvent['kind']) => {
      for (;;) {
        const at = events.findIndex((event) => event.kind === kind || event.kind === 'refused');
        const [event] = at < 0 ? [] : events.splice(0, at + 1).slice(-1);
        if (event) return event;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    const begin = () => service.handle({ kind: 'begin', attempt: 1, rpId: 'localhost', known: [] });
    const present = () =>
      service.handle({ kind: 'pin', attempt: 1, pin: pin(), clientDataHash: new Uint8Array(32) });
    return { service, events, next, begin, present };
  }

  /** Whether this key was asked for a touch, and by which command. */
  const asked = ({ requests }: Row) => requests.map(({ command }) => command);
  const sawPin = ({ requests }: Row) => requests.some(({ command }) => command === CLIENT_PIN);
  const isWaiting = async (key: Row) => {
    await expect.poll(() => asked(key)).toContain(SELECTION);
  };
  const nothing: Twist = () => undefined;
  const isCancelled = ({ link }: Row) =>
    link.sent.some((report) => readReport(report)?.kind === 'init' && report[4] === 0x91);

  it('gives the PIN to the one that is touched first, and lets the others go', async () => {
    const [first, second] = rows(nothing, nothing) as [Row, Row];
    const { next, begin, present, service } = serve([first, second]);
    const begun = begin();
    expect(await next('choose')).toEqual({ kind: 'choose', attempt: 1 });
    await Promise.all([isWaiting(first), isWaiting(second)]);
    expect([first, second].map(sawPin)).toEqual([false, false]);
    second.touch();
    await begun;
    expect(await next('ready')).toMatchObject({ kind: 'ready' });
    expect(isCancelled(first)).toBe(true);
    await expect.poll(() => first.link.isClosed()).toBe(true);
    const done = present();
    await next('touch');
    second.touch();
    await done;
    expect(await next('assertion')).toMatchObject({ kind: 'assertion', reports: 10 });
    expect([first, second].map(sawPin)).toEqual([false, true]);
    await service.released();
    expect(second.link.isClosed()).toBe(true);
  });

  it('takes the first touch when both are touched at once', async () => {
    const [first, second] = rows(nothing, nothing) as [Row, Row];
    const { begin, next, events } = serve([first, second]);
    const begun = begin();
    await Promise.all([isWaiting(first), isWaiting(second)]);
    first.touch();
    second.touch();
    await begun;
    await next('ready');
    expect(sawPin(first)).toBe(true);
    expect(sawPin(second)).toBe(false);
    expect(events).toEqual([]);
  });

  it.each<[string, Twist, number]>([
    [
      'a key of CTAP 2.0',
      (c) => (c === GET_INFO ? soundInfo([[1, ['FIDO_2_0']]]) : undefined),
      0x01,
    ],
    ['a key of CTAP 2.1', nothing, SELECTION],
  ])('chooses %s by command %#', async (_name, twist, command) => {
    // CTAP 2.0: a touched key answers "PIN invalid" to an empty pinUvAuthParam (§6.1.2 step 1).
    const [old, other] = rows(
      (code, request) => (code === 0x01 ? status(0x31) : twist(code, request)),
      nothing,
    ) as [Row, Row];
    const { begin, next } = serve([old, other]);
    const begun = begin();
    await expect.poll(() => asked(old)).toContain(command);
    if (command === SELECTION) old.touch();
    await begun;
    await next('ready');
    expect(sawPin(old)).toBe(true);
  });

  it('wants a touch also where one of two keys cannot be used', async () => {
    const [old, good, shut] = rows(u2fOnly, nothing, nothing) as [Row, Row, Row];
    shut.failure = 'no-permission';
    const { begin, next } = serve([old, good, shut]);
    const begun = begin();
    await next('choose');
    await isWaiting(good);
    expect(sawPin(good)).toBe(false);
    good.touch();
    await begun;
    expect(await next('ready')).toMatchObject({ kind: 'ready' });
  });

  it('wants a touch also where the other key cannot even be opened', async () => {
    const [good, shut] = rows(nothing, nothing) as [Row, Row];
    shut.failure = 'busy';
    const { begin, next } = serve([good, shut]);
    const begun = begin();
    await next('choose');
    await isWaiting(good);
    expect(sawPin(good)).toBe(false);
    good.touch();
    await begun;
    expect(await next('ready')).toMatchObject({ kind: 'ready' });
  });

  it.each<[string, readonly Twist[], string]>([
    ['each is too old', [u2fOnly, u2fOnly], 'u2f-only'],
    ['nobody touches one', [denied, u2fOnly], 'touch-timeout'],
    ['each is unreadable', [broken, broken], 'unreadable'],
  ])('has one sentence when %s', async (_name, twists, code) => {
    const { begin, next } = serve(rows(...twists));
    await begin();
    expect(await next('refused')).toMatchObject({ kind: 'refused', code });
  });

  it('goes on with the others when one is pulled, and ends when all are', async () => {
    const [first, second] = rows(nothing, nothing) as [Row, Row];
    const { begin, next, events } = serve([first, second]);
    const begun = begin();
    await Promise.all([isWaiting(first), isWaiting(second)]);
    await next('choose');
    first.link.pull();
    await settled();
    expect(events).toEqual([]);
    second.link.pull();
    await begun;
    expect(await next('refused')).toMatchObject({ code: 'removed' });
  });

  it('lets go of every key when the choice is cancelled, and takes no touch after that', async () => {
    const [first, second] = rows(nothing, nothing) as [Row, Row];
    const { begin, events, service } = serve([first, second]);
    const begun = begin();
    await Promise.all([isWaiting(first), isWaiting(second)]);
    await service.handle({ kind: 'cancel', attempt: 1 });
    first.touch();
    await begun;
    await service.released();
    expect([first, second].map(({ link }) => link.isClosed())).toEqual([true, true]);
    expect([first, second].map(sawPin)).toEqual([false, false]);
    expect(events.map(({ kind }) => kind)).toEqual(['choose']);
  });
});
