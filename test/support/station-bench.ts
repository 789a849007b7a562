import { randomBytes, randomUUID, sign } from 'node:crypto';
import { fromBase64url } from '../../common/bytes.ts';
import { type DirectorySnapshot, directorySnapshot } from '../../common/directory.ts';
import type { AccessEvent } from '../../common/event.ts';
import { sha256 } from '../../main/adapters/sha256.ts';
import { createVerifier } from '../../main/adapters/verifier.ts';
import { StationApp } from '../../main/app/station-app.ts';
import type { KeyReader } from '../../main/ports/key-reader.ts';
import type { KeyCommand } from '../../native/key-protocol.ts';
import { type PersonKey, RP_ID, makePersonKey } from '../contract/server-lab.ts';
import { journalSetting, opened, temporaryFolder } from './journal.ts';
import { manualClock } from './manual-clock.ts';
import { until } from './station.ts';

type KeyMessage = Parameters<Parameters<KeyReader['listen']>[0]>[0];

/** A key reader in which one person's key answers everything at once, with real signatures. */
function handOf() {
  let tell: (message: KeyMessage) => void = () => undefined;
  let key: PersonKey | undefined;
  let isAlwaysUv = false;
  let isTouched = true;
  const asked: KeyCommand[] = [];

  const answer = (command: KeyCommand) => {
    if (command.kind === 'cancel' || key === undefined) return;
    const { attempt } = command;
    const credentialId = fromBase64url(key.id);
    if (command.kind === 'begin') {
      const isKnown = command.known.some((one) =>
        Buffer.from(one.credentialId).equals(credentialId),
      );
      const proof = isKnown ? { credentialId } : {};
      const takesTouch = isKnown && !isAlwaysUv;
      tell({ kind: 'ready', attempt, pinRetries: 8, minPinLength: 6, takesTouch, ...proof });
      return;
    }
    tell({ kind: 'touch', attempt });
    if (!isTouched) return;
    const isVerified = command.kind === 'pin';
    const authenticatorData = Buffer.alloc(37);
    authenticatorData.set(sha256(Buffer.from(RP_ID)));
    // User present, and verified by the PIN.
    authenticatorData[32] = isVerified ? 0x05 : 0x01;
    authenticatorData.writeUInt32BE(++key.counter, 33);
    const signed = Buffer.concat([authenticatorData, command.clientDataHash]);
    tell({
      kind: 'assertion',
      attempt,
      credentialId,
      authenticatorData,
      signature: sign('sha256', signed, key.privateKey),
      ...(isVerified ? { userHandle: fromBase64url(key.userHandle) } : {}),
      reports: 10,
    });
  };
  const port: KeyReader = {
    send(command) {
      asked.push(command);
      // Never within the call: neither does another process.
      queueMicrotask(() => answer(command));
    },
    listen(listener) {
      tell = listener;
    },
    close: () => undefined,
  };
  const plugged = (count: number): KeyMessage => ({
    kind: 'keys',
    keys: Array.from({ length: count }, (_, index) => ({
      id: String(index),
      product: 'key',
      vendorId: 1,
      simulated: true,
    })),
  });
  return {
    port,
    asked,
    insert(next: PersonKey, beside = 0, touch?: 'untouched') {
      key = next;
      isTouched = touch === undefined;
      tell(plugged(1 + beside));
    },
    remove() {
      key = undefined;
      tell(plugged(0));
    },
    crash: () => tell({ kind: 'crashed' }),
    /** From now on the key signs for no touch without PIN. */
    verifyAlways() {
      isAlwaysUv = true;
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What outlives the agent: two people with their keys, and the station's disk. */
export function benchGround(disk: ReturnType<typeof temporaryFolder> = temporaryFolder()) {
  const [nurse, physician] = [makePersonKey(randomUUID()), makePersonKey(randomUUID())];
  return { disk, nurse, physician, setting: journalSetting(disk.folder), starts: 0 };
}

/**
 * The station's app on a real journal and a real verifier; windows, keys and the clock are in the hand of
 * the test. On ground that was used before it is the start after a crash.
 */
export function stationBench(rules: Record<string, unknown> = {}, ground = benchGround()) {
  const { nurse, physician, setting } = ground;
  const isFirst = ground.starts++ === 0;
  const { clock, pass } = manualClock();
  const { journal, state: marks } = opened({
    ...setting,
    expected: !isFirst,
    wall: clock.wall,
    mono: clock.mono,
  });
  const hand = handOf();
  const windows: string[] = [];
  /** What happens while a session's windows are made. */
  const world = { opening: (_session: string): void => undefined };
  const reports: string[] = [];
  let version = 0;
  let idleSince = 0;
  /** Of the app in front. */
  const front = { isDown: false };

  const directory = (change: {
    readonly inactive?: PersonKey;
    readonly revoked?: PersonKey;
    readonly administrator?: PersonKey;
    readonly rules?: Record<string, unknown>;
  }): DirectorySnapshot =>
    directorySnapshot.parse({
      v: 1,
      group: 'Ward',
      version: ++version,
      issuedAt: new Date(0).toISOString(),
      rpId: RP_ID,
      members: [nurse, physician].map((key, index) => ({
        id: key.person,
        givenName: ['Maria', 'Chen'][index],
        familyName: ['Lopez', 'Wei'][index],
        role: 'Staff',
        active: key !== change.inactive,
        ...(key === change.administrator ? { administrator: true } : {}),
      })),
      credentials: [nurse, physician].map((key) => ({
        id: key.id,
        member: key.person,
        publicKey: key.publicKey,
        userHandle: key.userHandle,
        counter: 0,
        active: key !== change.revoked,
      })),
      policy: change.rules ?? rules,
      apps: [],
    });

  const first = directory({});
  const app = new StationApp(
    {
      clock,
      idle: { ms: () => clock.mono() - idleSince },
      journal,
      keys: hand.port,
      surfaces: {
        cover: () => void windows.push('cover'),
        prepare: () => undefined,
        uncover: (session) => void windows.push(`uncover ${session}`),
        open(session) {
          windows.push(`open ${session}`);
          world.opening(session);
        },
        destroy: (session) => void windows.push(`destroy ${session}`),
        selectApp: () => undefined,
        focus: (session) => void windows.push(`focus ${session}`),
        closePopup: () => undefined,
        overlay: (shown) => void windows.push(`overlay ${shown ? 'on' : 'off'}`),
      },
      verifier: createVerifier({
        rpId: RP_ID,
        clock,
        random: (length) => randomBytes(length),
        counters: marks,
      }),
      uuid: randomUUID,
      apps: () => ({ apps: [], active: undefined, hasPopup: false, ...front }),
      end: () => void windows.push('end'),
      report: (code) => void reports.push(code),
    },
    {
      place: 'Ward 3',
      rpId: RP_ID,
      language: 'en',
      theme: 'day',
      helpPhone: undefined,
      simulated: true,
      unsealed: false,
      firstRevision: 1,
    },
    first.policy,
  );
  app.start(isFirst);
  app.setDirectory(first);

  return {
    nurse,
    physician,
    ground,
    app,
    hand,
    world,
    /** What the windows were told, in order. */
    windows,
    front,
    reports,
    pass,
    /** Somebody moves the mouse. */
    move() {
      idleSince = clock.mono();
    },
    setDirectory: (change: Parameters<typeof directory>[0]) => app.setDirectory(directory(change)),
    /** Key, PIN, touch; the key goes back into the pocket unless it is to stay. */
    async enter(person: PersonKey, stays?: 'stays') {
      hand.insert(person);
      await settled();
      app.submitPin(new TextEncoder().encode('246810'));
      const session = await until('the session', () => app.onScreen);
      if (!stays) hand.remove();
      return session;
    },
    /** The key, and one touch: the session, where that is enough, or else the step at the curtain. */
    async tap(person: PersonKey) {
      hand.insert(person);
      const answer = await until('an answer', () => {
        const { screen } = app.view();
        if (screen.kind === 'session') return screen.session;
        const { kind } = screen.step;
        return kind === 'pin' || kind === 'waiting' ? kind : undefined;
      });
      hand.remove();
      return answer;
    },
    settled,
    /** The events of sessions and the station's own, as they stand in the journal. */
    events: (): readonly AccessEvent[] =>
      journal
        .unsent(10_000, 1e9)
        .map(({ canonical }) => JSON.parse(new TextDecoder().decode(canonical)) as AccessEvent),
    beginEpoch: () => journal.beginEpoch(randomUUID()).ok,
    /** The power goes. */
    crash: () => journal.close(),
    remove() {
      journal.close();
      ground.disk.remove();
    },
  };
}

export type StationBench = ReturnType<typeof stationBench>;
