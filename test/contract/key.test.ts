import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { decode } from 'cbor2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromBase64url } from '../../common/bytes.ts';
import { simulatedSlot } from '../../native/hid/simulated-slot.ts';
import type { KeySource } from '../../native/hid/key-source.ts';
import type { KeyEvent } from '../../native/key-protocol.ts';
import { keyService } from '../../native/key-service.ts';
import { startSimulator } from '../support/simulator.ts';

const nurse = { id: 'nurse', name: 'Maria Lopez', pin: '246813' };
const physician = { id: 'physician', name: 'Chen Wei', pin: '864209' };

/** The client's own service against the simulator's own process, over real datagrams. */
describe('the key service and a simulated key', () => {
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  let source: KeySource;
  let service: ReturnType<typeof keyService>;
  let events: KeyEvent[];
  let wake: () => void;
  let attempt = 0;

  beforeEach(async () => {
    simulator = await startSimulator([nurse, physician]);
    source = simulatedSlot(`udp://127.0.0.1:${simulator.udp}`);
    events = [];
    service = keyService([source], (event) => {
      events.push(event);
      wake?.();
    });
  });
  afterEach(async () => {
    source.close();
    await simulator.stop();
  });

  /** The next event of that kind; those before it are dropped. */
  async function next<K extends KeyEvent['kind']>(
    kind: K,
  ): Promise<Extract<KeyEvent, { kind: K }>> {
    for (;;) {
      const index = events.findIndex((event) => event.kind === kind);
      const found = events[index];
      if (found?.kind === kind) {
        events.splice(0, index + 1);
        return found as Extract<KeyEvent, { kind: K }>;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function insert(id: string) {
    await simulator.control.insert(id);
    for (;;) if ((await next('keys')).keys.length === 1) return;
  }

  async function begin() {
    attempt++;
    await service.handle({ kind: 'begin', attempt, rpId: 'localhost', known: [] });
    return attempt;
  }

  const present = (pin: string, hash = randomBytes(32)) => {
    const bytes = new TextEncoder().encode(pin);
    const done = service.handle({
      kind: 'pin',
      attempt,
      pin: bytes,
      clientDataHash: new Uint8Array(hash),
    });
    return { bytes, hash, done };
  };

  const nurseKey = async () => {
    const key = (await simulator.control.state()).keys.find(({ id }) => id === 'nurse');
    if (!key) throw new Error('no such key');
    return key;
  };

  async function untilTouchIsAwaited() {
    await next('touch');
    expect((await simulator.control.state()).waitingForTouch).toBe(true);
  }

  it('opens with PIN and one touch, in at most ten reports after the PIN', async () => {
    await insert('nurse');
    await begin();
    expect(await next('ready')).toMatchObject({ attempt, pinRetries: 8, minPinLength: 4 });
    const { bytes, hash } = present(nurse.pin);
    await untilTouchIsAwaited();
    await simulator.control.touch();
    const assertion = await next('assertion');
    expect(assertion.reports).toBeLessThanOrEqual(10);
    expect([...bytes]).toEqual([0, 0, 0, 0, 0, 0]);

    const credential = simulator.credentials.find(({ person }) => person === 'nurse');
    if (!credential) throw new Error('no credential');
    expect(Buffer.from(assertion.credentialId).toString('base64url')).toBe(credential.id);
    expect(Buffer.from(assertion.userHandle ?? []).toString('base64url')).toBe(
      credential.userHandle,
    );
    const { authenticatorData } = assertion;
    expect(Buffer.from(authenticatorData.subarray(0, 32))).toEqual(
      createHash('sha256').update('localhost').digest(),
    );
    expect(authenticatorData[32]).toBe(0x05);
    const cose = decode<Map<number, Uint8Array>>(
      new Uint8Array(Buffer.from(credential.publicKey, 'base64url')),
      { preferMap: true },
    );
    const coordinate = (label: number) => Buffer.from(cose.get(label) ?? []).toString('base64url');
    const key = createPublicKey({
      key: { kty: 'EC', crv: 'P-256', x: coordinate(-2), y: coordinate(-3) },
      format: 'jwk',
    });
    expect(
      verify('sha256', Buffer.concat([authenticatorData, hash]), key, assertion.signature),
    ).toBe(true);
    expect((await nurseKey()).counter).toBe(1);
  });

  it('signs for a touch alone once it has proved itself, and only then', async () => {
    await insert('nurse');
    await begin();
    expect(await next('ready')).toMatchObject({ takesTouch: false });
    const known = simulator.credentials.map(({ id, publicKey }) => ({
      credentialId: fromBase64url(id),
      publicKey: fromBase64url(publicKey),
    }));
    attempt++;
    await service.handle({ kind: 'begin', attempt, rpId: 'localhost', known });
    expect(await next('ready')).toMatchObject({ takesTouch: true });
    const clientDataHash = new Uint8Array(randomBytes(32));
    void service.handle({ kind: 'touch', attempt, clientDataHash });
    await untilTouchIsAwaited();
    await simulator.control.touch();
    const assertion = await next('assertion');
    expect(assertion.authenticatorData[32]).toBe(0x01);
    expect(assertion.reports).toBeLessThanOrEqual(8);
    expect((await nurseKey()).pinRetries).toBe(8);
  });

  it('costs exactly one try for a wrong PIN, and goes on with the right one', async () => {
    await insert('nurse');
    await begin();
    await next('ready');
    await present('000000').done;
    expect(await next('refused')).toEqual({
      kind: 'refused',
      attempt,
      code: 'pin-mismatch',
      pinRetries: 7,
    });
    expect((await nurseKey()).pinRetries).toBe(7);
    present(nurse.pin);
    await untilTouchIsAwaited();
    await simulator.control.touch();
    await next('assertion');
    expect((await nurseKey()).pinRetries).toBe(8);
  });

  it('is blocked after three wrong PINs until the key is re-inserted', async () => {
    await insert('nurse');
    await begin();
    await next('ready');
    for (const retries of [7, 6]) {
      await present('000000').done;
      expect(await next('refused')).toMatchObject({ code: 'pin-mismatch', pinRetries: retries });
    }
    await present('000000').done;
    expect(await next('refused')).toMatchObject({ code: 'pin-blocked' });
    await begin();
    expect(await next('refused')).toMatchObject({ attempt, code: 'pin-blocked', pinRetries: 5 });
    await simulator.control.remove();
    await insert('nurse');
    await begin();
    expect(await next('ready')).toMatchObject({ pinRetries: 5 });
    present(nurse.pin);
    await untilTouchIsAwaited();
    await simulator.control.touch();
    await next('assertion');
  });

  it('says so when the last try is used up', async () => {
    for (let used = 0; used < 8;) {
      await insert('nurse');
      await begin();
      await next('ready');
      for (let i = 0; i < 3 && used < 8; i++, used++) await present('000000').done;
      await simulator.control.remove();
      while ((await next('keys')).keys.length > 0);
    }
    await insert('nurse');
    await begin();
    expect(await next('refused')).toMatchObject({ code: 'pin-locked', pinRetries: 0 });
    expect((await nurseKey()).pinRetries).toBe(0);
  });

  it('tells at once when the key is pulled while the PIN is typed', async () => {
    await insert('nurse');
    await begin();
    await next('ready');
    await simulator.control.remove();
    expect(await next('refused')).toEqual({ kind: 'refused', attempt, code: 'removed' });
    expect((await next('keys')).keys).toHaveLength(0);
    const { bytes, done } = present(nurse.pin);
    await done;
    expect([...bytes]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(events).toEqual([]);
  });

  it('tells at once when the key is pulled while it waits for a touch', async () => {
    await insert('nurse');
    await begin();
    await next('ready');
    present(nurse.pin);
    await untilTouchIsAwaited();
    await simulator.control.remove();
    expect(await next('refused')).toMatchObject({ attempt, code: 'removed' });
  });

  it('lets go of the key when the attempt is cancelled during the touch', async () => {
    await insert('nurse');
    await begin();
    await next('ready');
    present(nurse.pin);
    await untilTouchIsAwaited();
    await service.handle({ kind: 'cancel', attempt });
    await expect.poll(async () => (await simulator.control.state()).waitingForTouch).toBe(false);
    expect((await nurseKey()).counter).toBe(0);
    await begin();
    await next('ready');
    expect(events.filter(({ kind }) => kind === 'assertion')).toEqual([]);
  });

  it('does not take a touch that came before the PIN', async () => {
    await insert('nurse');
    await begin();
    await next('ready');
    expect(await simulator.control.touch()).toBe(false);
    present(nurse.pin);
    await untilTouchIsAwaited();
    expect(events.some(({ kind }) => kind === 'assertion')).toBe(false);
    await simulator.control.touch();
    await next('assertion');
  });

  it('says when the key holds no credential of this practice', async () => {
    await insert('nurse');
    attempt++;
    await service.handle({ kind: 'begin', attempt, rpId: 'elsewhere.example', known: [] });
    await next('ready');
    await present(nurse.pin).done;
    expect(await next('refused')).toMatchObject({ code: 'no-credential' });
  });

  it('gives no PIN to a key that proves nothing of a directory that is known whole', async () => {
    const of = (id: string) => {
      const found = simulator.credentials.find(({ person }) => person === id);
      if (!found) throw new Error('no credential');
      const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
      return { credentialId: bytes(found.id), publicKey: bytes(found.publicKey) };
    };
    await insert('nurse');
    const beginKnowing = async (...people: string[]) => {
      attempt++;
      const known = people.map(of);
      await service.handle({ kind: 'begin', attempt, rpId: 'localhost', known, mustProve: true });
    };
    await beginKnowing('physician');
    expect(await next('refused')).toMatchObject({ attempt, code: 'no-credential' });
    // getInfo, getAssertion, and nothing of clientPIN.
    expect((await simulator.control.state()).heard).toEqual(['4', '2']);
    await beginKnowing('physician', 'nurse');
    expect(await next('ready')).toMatchObject({
      attempt,
      credentialId: of('nurse').credentialId,
    });
  });

  it('keeps tries and counter when the key is pulled and put back', async () => {
    await insert('nurse');
    await begin();
    await next('ready');
    await present('000000').done;
    await next('refused');
    await service.handle({ kind: 'cancel', attempt });
    await insert('physician');
    expect((await nurseKey()).pinRetries).toBe(7);
    await insert('nurse');
    await simulator.control.touchAutomatically(true);
    for (const counter of [1, 2]) {
      await begin();
      await next('ready');
      present(nurse.pin);
      await next('assertion');
      expect((await nurseKey()).counter).toBe(counter);
    }
  });

  it('drops a PIN that comes before the key is ready, and goes on', async () => {
    await insert('nurse');
    const begun = begin();
    const { bytes, done } = present(nurse.pin);
    await done;
    expect([...bytes]).toEqual([0, 0, 0, 0, 0, 0]);
    await begun;
    await next('ready');
    const first = present('000000');
    const second = present('111111');
    await Promise.all([first.done, second.done]);
    expect(await next('refused')).toMatchObject({ code: 'pin-mismatch', pinRetries: 7 });
    expect([...second.bytes]).toEqual([0, 0, 0, 0, 0, 0]);
    expect((await nurseKey()).pinRetries).toBe(7);
  });

  it('gives way to a newer attempt, which waits until the key has let go', async () => {
    await insert('nurse');
    await begin();
    await next('ready');
    present(nurse.pin);
    await untilTouchIsAwaited();
    const old = attempt;
    await begin();
    expect(await next('refused')).toEqual({ kind: 'refused', attempt: old, code: 'cancelled' });
    expect(await next('ready')).toMatchObject({ attempt });
    expect((await simulator.control.state()).waitingForTouch).toBe(false);
  });
});
