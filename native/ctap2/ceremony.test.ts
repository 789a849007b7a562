import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fromBase64url, utf8 } from '../../common/bytes.ts';
import {
  CHANNEL,
  GET_AGREEMENT,
  GET_ASSERTION,
  GET_INFO,
  GET_PIN_TOKEN,
  GET_RETRIES,
  GET_TOKEN_WITH_PERMISSIONS,
  CLIENT_PIN,
  type Twist,
  isPin,
  isToken,
  keyOnPort,
  okAnswer as ok,
  soundInfo as info,
  status,
} from '../../test/support/key-on-port.ts';
import { manualSurroundings, type scriptedPort, settled } from '../../test/support/scripted-key.ts';
import { nodeCrypto } from '../crypto.ts';
import { type CborMap, type CborValue, encodeCbor } from './cbor.ts';
import { Ceremony } from './ceremony.ts';
import { map } from './message.ts';
import type { KnownKey } from './prove-known.ts';
import type { CtapCrypto } from './crypto-port.ts';
import { toReports } from './frames.ts';

const PIN = '246813';
describe('the access ceremony', () => {
  let time: ReturnType<typeof manualSurroundings>;
  let secrets: Uint8Array[];
  let gone: number;
  beforeEach(() => {
    time = manualSurroundings();
    secrets = [];
    gone = 0;
  });

  /** node:crypto, and everything secret that it ever handed out. */
  const watched = (): CtapCrypto => {
    const keep = (bytes: Uint8Array) => {
      secrets.push(bytes);
      return bytes;
    };
    return {
      ...nodeCrypto,
      sha256: (bytes) => keep(nodeCrypto.sha256(bytes)),
      hkdfSha256: (secret, label) => keep(nodeCrypto.hkdfSha256(secret, label)),
      aes256CbcDecrypt: (...args) => keep(nodeCrypto.aes256CbcDecrypt(...args)),
      aes256CbcEncrypt(key, iv, plain) {
        secrets.push(plain);
        return nodeCrypto.aes256CbcEncrypt(key, iv, plain);
      },
      ecdhP256(peer) {
        const pair = nodeCrypto.ecdhP256(peer);
        keep(pair.shared);
        return pair;
      },
    };
  };

  function start(
    twist: Twist = () => undefined,
    people?: { id: string; name: string; pin: string }[],
    known: readonly KnownKey[] | 'own' = [],
    mustProve = false,
  ) {
    const key = keyOnPort(twist, people);
    const ceremony = new Ceremony({
      port: key.link.port,
      crypto: watched(),
      surroundings: time.surroundings,
      rpId: 'localhost',
      known: known === 'own' ? key.known : known,
      mustProve,
      onGone: () => gone++,
    });
    /** One key alone: what the key service does before the PIN. */
    const begin = async () => {
      const identified = await ceremony.identify();
      return identified.ok ? ceremony.prepare() : identified;
    };
    let touchAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      touchAsked = resolve;
    });
    const present = (pin: string) => {
      const bytes = utf8(pin);
      return {
        bytes,
        result: ceremony.present(bytes, new Uint8Array(32).fill(7), () => touchAsked()),
      };
    };
    return { ...key, ceremony, begin, asked, present };
  }

  const code = async (
    result:
      | ReturnType<Ceremony['present']>
      | ReturnType<Ceremony['identify']>
      | ReturnType<Ceremony['prepare']>,
  ) => {
    const settledResult = await result;
    return settledResult.ok ? 'ok' : settledResult.error.code;
  };
  const isWiped = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

  it('takes ten reports after the PIN and leaves no secret behind', async () => {
    const { ceremony, begin, present, asked, touch, requests } = start();
    expect(await begin()).toEqual({
      ok: true,
      value: { pinRetries: 8, minPinLength: 4, proven: undefined, takesTouch: false },
    });
    const { bytes, result } = present(PIN);
    await asked;
    touch();
    const presented = await result;
    expect(presented).toMatchObject({
      ok: true,
      value: { reports: 10, assertion: { credentials: 1 } },
    });
    expect(requests.map(({ command, parameters }) => [command, parameters.get(0x02)])).toEqual([
      [GET_INFO, undefined],
      [CLIENT_PIN, GET_RETRIES],
      [CLIENT_PIN, GET_AGREEMENT],
      [CLIENT_PIN, GET_TOKEN_WITH_PERMISSIONS],
      [GET_ASSERTION, new Uint8Array(32).fill(7)],
    ]);
    await ceremony.close();
    expect(isWiped(bytes)).toBe(true);
    // ECDH, HMAC key, AES key, PIN digest, its left half, token: each was handed out once.
    expect(secrets).toHaveLength(6);
    expect(secrets.map(isWiped)).not.toContain(false);
    expect(time.waiting()).toBe(0);
  });

  it('asks for a token that is good for an assertion at this RP alone', async () => {
    const { begin, present, asked, requests } = start();
    await begin();
    void present(PIN);
    await asked;
    const token = requests.find(({ command, parameters }) => isToken(command, parameters));
    expect(token?.parameters.get(0x09)).toBe(0x02);
    expect(token?.parameters.get(0x0a)).toBe('localhost');
  });

  it('falls back to getPinToken where the key has no permissions', async () => {
    const { begin, present, asked, touch, requests } = start((command) =>
      command === GET_INFO ? info([[0x04, new Map([['clientPin', true]])]]) : undefined,
    );
    await begin();
    const { result } = present(PIN);
    await asked;
    touch();
    expect(await code(result)).toBe('ok');
    const token = requests.find(({ command, parameters }) =>
      isPin(GET_PIN_TOKEN)(command, parameters),
    );
    expect([...(token?.parameters.keys() ?? [])]).toEqual([1, 2, 3, 6]);
  });

  it.each([
    ['u2f-only', [[0x01, ['U2F_V2']]]],
    ['unreadable', [[0x04, new Map()]]],
    ['pin-not-set', [[0x04, new Map([['clientPin', false]])]]],
    ['unreadable', [[0x06, [3]]]],
    ['pin-must-change', [[0x0c, true]]],
  ] as const)('refuses with %s what getInfo says: %o', async (refusal, changes) => {
    const { begin } = start((command) => (command === GET_INFO ? info(changes) : undefined));
    expect(await code(begin())).toBe(refusal);
  });

  it('reads a key that lists vendor commands of 64 bits', async () => {
    const { begin } = start((command) =>
      command === GET_INFO ? info([[0x15, [2n ** 63n]]]) : undefined,
    );
    expect(await code(begin())).toBe('ok');
  });

  it('keeps a PIN that is too short for this key from it', async () => {
    const { begin, present, requests, record } = start((command) =>
      command === GET_INFO ? info([[0x0d, 7]]) : undefined,
    );
    expect(await begin()).toMatchObject({ ok: true, value: { minPinLength: 7 } });
    const { bytes, result } = present(PIN);
    expect(await code(result)).toBe('pin-too-short');
    expect(isWiped(bytes)).toBe(true);
    expect(requests.some(({ command, parameters }) => isToken(command, parameters))).toBe(false);
    expect(record.pinRetries).toBe(8);
  });

  it('counts the characters of a PIN, not its bytes', async () => {
    const { begin, present } = start();
    await begin();
    expect(await code(present('ñññ').result)).toBe('pin-too-short');
  });

  it('spends no try on a PIN that is longer than any can be', async () => {
    const { begin, present, record } = start();
    await begin();
    expect(await present('1'.repeat(64)).result).toEqual({
      ok: false,
      error: { code: 'pin-mismatch', retry: true, pinRetries: 8 },
    });
    expect(record.pinRetries).toBe(8);
  });

  it('agrees anew with the key after a mismatch, ready for the next PIN', async () => {
    const { begin, present, asked, touch, requests } = start();
    await begin();
    expect(await present('000000').result).toEqual({
      ok: false,
      error: { code: 'pin-mismatch', retry: true, pinRetries: 7 },
    });
    expect(
      requests.filter(({ command, parameters }) => isPin(GET_AGREEMENT)(command, parameters)),
    ).toHaveLength(2);
    const { result } = present(PIN);
    await asked;
    touch();
    expect(await result).toMatchObject({ ok: true, value: { reports: 10 } });
  });

  it.each([
    [0x06, 'busy'],
    [0x2d, 'cancelled'],
    [0x32, 'pin-locked'],
    [0x34, 'pin-blocked'],
    [0x35, 'pin-not-set'],
    [0x37, 'pin-must-change'],
    [0x33, 'unreadable'],
    [0x7f, 'unreadable'],
  ])('turns status %i for the PIN into %s', async (byte, expected) => {
    const { begin, present } = start((command, request) =>
      isToken(command, request) ? status(byte) : undefined,
    );
    await begin();
    const { bytes, result } = present(PIN);
    expect(await code(result)).toBe(expected);
    expect(isWiped(bytes)).toBe(true);
  });

  it.each([
    [0x27, 'touch-timeout'],
    [0x2e, 'no-credential'],
    [0x2f, 'touch-timeout'],
    [0x3a, 'touch-timeout'],
    [0x36, 'unreadable'],
  ])('turns status %i for the assertion into %s', async (byte, expected) => {
    const { begin, present } = start((command) =>
      command === GET_ASSERTION ? status(byte) : undefined,
    );
    await begin();
    expect(await code(present(PIN).result)).toBe(expected);
  });

  it('refuses a key with the credentials of two people', async () => {
    const { begin, present, asked, touch } = start(undefined, [
      { id: 'nurse', name: 'Nurse', pin: PIN },
      { id: 'physician', name: 'Physician', pin: PIN },
    ]);
    await begin();
    const { result } = present(PIN);
    await asked;
    touch();
    expect(await code(result)).toBe('several-credentials');
  });

  it('stops waiting for a hand after thirty seconds', async () => {
    const { begin, present, asked, link } = start();
    await begin();
    const { result } = present(PIN);
    await asked;
    for (let ms = 0; ms < 30_000; ms += 1_000) {
      time.advance(1_000);
      for (const report of toReports(CHANNEL, 0x3b, Uint8Array.of(2))) link.answer(report);
    }
    expect(await code(result)).toBe('touch-timeout');
  });

  it('throws away a touch that comes after the cancel', async () => {
    const { ceremony, begin, present, asked, link } = start((command) => {
      if (command !== GET_ASSERTION) return undefined;
      for (const report of toReports(CHANNEL, 0x3b, Uint8Array.of(2))) link.answer(report);
      return 'nothing';
    });
    await begin();
    const { bytes, result } = present(PIN);
    await asked;
    const closing = ceremony.close();
    const late = ok(
      new Map<number, CborValue>([
        [1, new Map<string, CborValue>([['id', new Uint8Array(16)]])],
        [2, new Uint8Array(37)],
        [3, new Uint8Array(70)],
        [4, new Map<string, CborValue>([['id', new Uint8Array(16)]])],
      ]),
    );
    for (const report of toReports(CHANNEL, 0x10, late)) link.answer(report);
    expect(await code(result)).toBe('cancelled');
    await closing;
    expect(link.isClosed()).toBe(true);
    expect(isWiped(bytes)).toBe(true);
    expect(secrets.map(isWiped)).not.toContain(false);
  });

  it('tells at once that the key was pulled while the PIN is typed', async () => {
    const { begin, present, link } = start();
    await begin();
    link.pull();
    expect(gone).toBe(1);
    const { bytes, result } = present(PIN);
    expect(await code(result)).toBe('removed');
    expect(isWiped(bytes)).toBe(true);
  });

  it.each([
    ['pulled', (link: ReturnType<typeof scriptedPort>) => link.pull(), 'removed'],
    ['silent', () => time.advance(3_000), 'unreadable'],
  ])(
    'wipes PIN and secrets when the key is %s while it checks the PIN',
    async (_name, act, expected) => {
      const { ceremony, begin, present, link } = start((command, request) =>
        isToken(command, request) ? 'nothing' : undefined,
      );
      await begin();
      const { bytes, result } = present(PIN);
      await settled();
      // Wiped as soon as it has gone out, not when the key answers.
      expect(isWiped(bytes)).toBe(true);
      act(link);
      expect(await code(result)).toBe(expected);
      await ceremony.close();
      expect(isWiped(bytes)).toBe(true);
      expect(secrets.map(isWiped)).not.toContain(false);
    },
  );

  it('speaks protocol 1 with a key that knows no other', async () => {
    const { begin, requests } = start((command) =>
      command === GET_INFO ? info([[0x06, [1]]]) : undefined,
    );
    await begin();
    expect(requests[1]).toMatchObject({
      command: CLIENT_PIN,
      parameters: new Map([
        [1, 1],
        [2, GET_RETRIES],
      ]),
    });
  });

  describe('a member’s key proves itself before the PIN', () => {
    const isSilent: Twist = (command, request) =>
      command === GET_ASSERTION && request.has(0x03) ? new Uint8Array() : undefined;

    const isTouch = (request: CborMap): boolean =>
      (request.get(0x05) as ReadonlyMap<string, unknown> | undefined)?.get('up') === true;

    it('by a silent assertion over random bytes, before anything else', async () => {
      const { begin, known, requests } = start(undefined, undefined, 'own');
      expect(await begin()).toMatchObject({
        ok: true,
        value: { proven: known[0]?.credentialId },
      });
      const [, question] = requests;
      expect(question?.command).toBe(GET_ASSERTION);
      expect(question?.parameters.get(0x05)).toEqual(new Map([['up', false]]));
      expect(question?.parameters.has(0x06)).toBe(false);
      expect(requests.slice(2).map(({ command }) => command)).toEqual([CLIENT_PIN, CLIENT_PIN]);
    });

    it('and still takes ten reports after it', async () => {
      const { begin, present, asked, touch } = start(undefined, undefined, 'own');
      await begin();
      const { result } = present(PIN);
      await asked;
      touch();
      expect(await result).toMatchObject({ ok: true, value: { reports: 10 } });
    });

    it.each([[0x2e], [0x36], [0x14]])('or not, and nothing is wrong: status %i', async (code) => {
      const { begin } = start(
        (...request) => (isSilent(...request) ? status(code) : undefined),
        undefined,
        'own',
      );
      expect(await begin()).toMatchObject({ ok: true, value: { proven: undefined } });
    });

    describe('and may then be touched without it', () => {
      const hash = new Uint8Array(32).fill(7);

      it('by the credential that has proved itself, present and not verified', async () => {
        const key = start(undefined, undefined, 'own');
        expect(await key.begin()).toMatchObject({ ok: true, value: { takesTouch: true } });
        let isAsked = false;
        const result = key.ceremony.touched(hash, () => {
          isAsked = true;
        });
        await settled();
        expect(isAsked).toBe(true);
        key.touch();
        const made = await result;
        if (!made.ok) throw new Error(made.error.code);
        expect(made.value.assertion.credentialId).toEqual(key.known[0]?.credentialId);
        expect(made.value.assertion.authenticatorData[32]).toBe(0x01);
        const asked = key.requests.at(-1);
        expect(asked?.command).toBe(GET_ASSERTION);
        expect(asked?.parameters.get(0x05)).toEqual(new Map([['up', true]]));
        expect(asked?.parameters.has(0x06)).toBe(false);
        const allowed = asked?.parameters.get(0x03);
        expect(Array.isArray(allowed) ? allowed.length : 0).toBe(1);
      });

      it.each([
        ['that has proved nothing', {}, {}, [] as const],
        ['with alwaysUv', { alwaysUv: true }, {}, 'own' as const],
        ['of credProtect 3', {}, { credProtect: 3 }, 'own' as const],
      ])('but not one %s', async (_name, option, protection, known) => {
        const key = start(undefined, undefined, known);
        Object.assign(key.record, option);
        for (const credential of key.record.credentials) Object.assign(credential, protection);
        expect(await key.begin()).toMatchObject({ ok: true, value: { takesTouch: false } });
        const heard = key.requests.length;
        await expect(key.ceremony.touched(hash, () => undefined)).rejects.toThrow('takes no touch');
        expect(key.requests).toHaveLength(heard);
      });

      it('and says so where it wants a PIN all the same', async () => {
        const shy: Twist = (command, request) =>
          command === GET_ASSERTION && isTouch(request) ? status(0x36) : undefined;
        const key = start(shy, undefined, 'own');
        await key.begin();
        expect(await code(key.ceremony.touched(hash, () => undefined))).toBe('unreadable');
      });
    });

    describe('where the directory is known whole', () => {
      const anotherKey = keyOnPort(() => undefined).known;
      const heardOfPin = ({ requests }: Pick<ReturnType<typeof start>, 'requests'>) =>
        requests.some(({ command }) => command === CLIENT_PIN);

      it('a key that proves none of it is refused before anything of a PIN', async () => {
        const key = start(undefined, undefined, anotherKey, true);
        expect(await code(key.begin())).toBe('no-credential');
        expect(heardOfPin(key)).toBe(false);
        expect(await code(start(undefined, undefined, [], true).begin())).toBe('no-credential');
      });

      it('and so is one that says it would prove itself with a PIN', async () => {
        const shy: Twist = (...request) => (isSilent(...request) ? status(0x36) : undefined);
        const key = start(shy, undefined, 'own', true);
        expect(await code(key.begin())).toBe('no-credential');
        expect(heardOfPin(key)).toBe(false);
      });

      it.each([
        ['credProtect 1', { credProtect: 1 }, 'ok'],
        ['credProtect 2', { credProtect: 2 }, 'ok'],
        ['credProtect 3', { credProtect: 3 }, 'no-credential'],
      ])('a credential of %s', async (_name, change, expected) => {
        const key = start(undefined, undefined, 'own', true);
        for (const credential of key.record.credentials) Object.assign(credential, change);
        expect(await code(key.begin())).toBe(expected);
      });

      it('a key that always wants verification proves itself all the same', async () => {
        const key = start(undefined, undefined, 'own', true);
        Object.assign(key.record, { alwaysUv: true });
        expect(await code(key.begin())).toBe('ok');
      });

      it('nobody is held to a proof that the directory cannot check', async () => {
        const ed25519 = { ...anotherKey[0], publicKey: Uint8Array.of(0xa0) } as KnownKey;
        const key = start(undefined, undefined, [...anotherKey, ed25519], true);
        expect(await code(key.begin())).toBe('ok');
      });
    });

    it('in as many requests as its allow list is short', async () => {
      const stranger = { ...keyOnPort(() => undefined).known[0] };
      const { credentialId, publicKey } = stranger;
      if (!credentialId || !publicKey) throw new Error('no credential');
      const strangers = [1, 2, 3, 4].map((n) => ({
        publicKey,
        credentialId: credentialId.map((byte) => byte ^ n),
      }));
      const { begin, requests } = start(
        (command) => (command === GET_INFO ? info([[0x07, 3]]) : undefined),
        undefined,
        strangers,
      );
      expect(await begin()).toMatchObject({ ok: true, value: { proven: undefined } });
      const lists = requests
        .filter(({ command }) => command === GET_ASSERTION)
        .map(({ parameters }) => parameters.get(0x03));
      expect(lists.map((list) => (Array.isArray(list) ? list.length : 0))).toEqual([3, 1]);
    });

    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
    const cose = map([1, 2], [3, -7], [-1, 1], [-2, fromBase64url(x)], [-3, fromBase64url(y)]);
    const member = { credentialId: new Uint8Array(16).fill(5), publicKey: encodeCbor(cose) };
    const dataFor = (rpId: string) => {
      const data = new Uint8Array(37);
      data.set(nodeCrypto.sha256(utf8(rpId)));
      return data;
    };
    const signed = (data: Uint8Array, hash: Uint8Array) =>
      new Uint8Array(sign('sha256', Buffer.concat([data, hash]), pair.privateKey));

    /** A key that answers the silent question in a way of its own. */
    const answering = (
      how: (hash: Uint8Array) => { id?: Uint8Array; data?: Uint8Array; signature?: Uint8Array },
    ) =>
      start(
        (command, request) => {
          if (isSilent(command, request) === undefined) return undefined;
          const hash = request.get(0x02);
          if (!(hash instanceof Uint8Array)) throw new Error('no hash');
          const made = how(hash);
          const data = made.data ?? dataFor('localhost');
          return ok(
            map(
              [1, map(['id', made.id ?? member.credentialId])],
              [2, data],
              [3, made.signature ?? signed(data, hash)],
            ),
          );
        },
        undefined,
        [member],
      );

    it('by a signature that holds for its member’s public key', async () => {
      expect(await answering(() => ({})).begin()).toMatchObject({
        ok: true,
        value: { proven: member.credentialId },
      });
    });

    it.each<[string, Parameters<typeof answering>[0]]>([
      ['cannot sign', () => ({ signature: new Uint8Array(70) })],
      ['signs something else', () => ({ signature: signed(dataFor('localhost'), dataFor('x')) })],
      ['signs for another relying party', () => ({ data: dataFor('elsewhere.example') })],
      ['answers with a credential that nobody asked for', () => ({ id: new Uint8Array(16) })],
      ['sends too little to sign', () => ({ data: dataFor('localhost').subarray(0, 36) })],
    ])('or is not given the PIN: it claims to be known and %s', async (_name, how) => {
      const { begin, present, requests } = answering(how);
      expect(await code(begin())).toBe('not-genuine');
      await expect(present(PIN).result).rejects.toThrow('before prepare');
      expect(requests.some(({ command }) => command === CLIENT_PIN)).toBe(false);
    });
  });

  it('refuses a public key that is not on the curve', async () => {
    const point = new Map<number, CborValue>([
      [1, 2],
      [3, -25],
      [-1, 1],
      [-2, new Uint8Array(32).fill(1)],
      [-3, new Uint8Array(32).fill(1)],
    ]);
    const { begin } = start((command, request) =>
      isPin(GET_AGREEMENT)(command, request) ? ok(new Map([[1, point]])) : undefined,
    );
    expect(await code(begin())).toBe('unreadable');
  });

  it.each([[0], [16], [17], [32], [64], [7000]])(
    'does not use a token of %i encrypted bytes',
    async (length) => {
      const { begin, present, requests } = start((command, request) =>
        isToken(command, request) ? ok(new Map([[2, new Uint8Array(length)]])) : undefined,
      );
      await begin();
      expect(await code(present(PIN).result)).toBe('unreadable');
      expect(requests.some(({ command }) => command === GET_ASSERTION)).toBe(false);
    },
  );

  it('ends with a code whatever a hostile key answers, and always without the PIN', async () => {
    const field = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.string(),
      fc.uint8Array({ maxLength: 64 }),
    );
    const someMap = fc
      .array(
        fc.tuple(
          fc.integer({ min: -3, max: 16 }),
          fc.oneof(field, fc.constant(new Map()), fc.constant([])),
        ),
      )
      .map((entries) => ok(new Map<number, CborValue>(entries)));
    const someBytes = fc.uint8Array({ maxLength: 120 }).map((bytes) => Uint8Array.of(0, ...bytes));
    const hostile = fc.oneof(
      someMap,
      someBytes,
      fc.constant(new Uint8Array()),
      fc.constant(status(0)),
    );
    const step = fc.constantFrom<Twist>(
      (command) => (command === GET_INFO ? new Uint8Array() : undefined),
      (command, request) => (isPin(GET_RETRIES)(command, request) ? new Uint8Array() : undefined),
      (command, request) => (isPin(GET_AGREEMENT)(command, request) ? new Uint8Array() : undefined),
      (command, request) => (isToken(command, request) ? new Uint8Array() : undefined),
      (command) => (command === GET_ASSERTION ? new Uint8Array() : undefined),
    );
    await fc.assert(
      fc.asyncProperty(step, hostile, async (applies, answer) => {
        const { ceremony, begin, present } = start((command, request) =>
          applies(command, request) === undefined ? undefined : answer,
        );
        const begun = await begin();
        if (!begun.ok) {
          expect(begun.error.code).not.toBe('cancelled');
          return;
        }
        const { bytes, result } = present(PIN);
        await settled();
        await ceremony.close();
        const presented = await result;
        if (!presented.ok) expect(presented.error.code).toMatch(/^[a-z0-9-]+$/);
        expect(isWiped(bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
