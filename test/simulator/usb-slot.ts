// A USB slot over UDP: one 64-byte report a datagram, one key at a time.
// An empty datagram to the last peer says "something was plugged in or pulled".
import { type RemoteInfo, createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { type Device, openDevice } from './device.ts';
import type { Fault } from './faults.ts';
import { REPORT_BYTES } from './frames.ts';
import { type Automatic, openHand } from './hand.ts';
import { type PluggedKey, plugIn } from './key.ts';
import type { Keys } from './keys-file.ts';
import type { KeyRecord } from './record.ts';

interface Inserted {
  readonly record: KeyRecord;
  readonly key: PluggedKey;
  readonly device: Device;
}

const describe = (record: KeyRecord, inserted: Inserted | undefined) => ({
  id: record.id,
  name: record.name,
  hasPin: record.pinHash !== undefined,
  pinRetries: record.pinRetries,
  uvRetries: record.uvRetries,
  consecutiveMismatches: inserted?.record === record ? inserted.key.pinMismatches() : 0,
  forcePinChange: record.forcePinChange,
  minPinLength: record.minPinLength,
  alwaysUv: record.alwaysUv,
  fingerprints: record.fingerprints.length,
  counter: record.credentials[0]?.counter ?? 0,
  credentials: record.credentials.map(({ rpId, id, userHandle, counter, credProtect }) => ({
    rpId,
    id,
    userHandle,
    counter,
    credProtect,
  })),
});

export async function openSlot(keys: Keys, port: number) {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  const events = new EventEmitter();
  let peer: RemoteInfo | undefined;
  let inserted: Inserted | undefined;
  let reportsBefore = 0;

  const changed = () => {
    events.emit('changed');
  };
  const hand = openHand(() => {
    inserted?.device.touchChanged();
    changed();
  });
  const sendReport = (report: Buffer, to: RemoteInfo | undefined = peer) => {
    if (to) socket.send(report, to.port, to.address);
  };
  const find = (id: string): KeyRecord => {
    const record = keys.keys.find((key) => key.id === id);
    if (record) return record;
    throw new Error(`no key ${id}: ${keys.keys.map((key) => key.id).join(', ')}`);
  };

  const remove = () => {
    if (!inserted) return;
    const { device } = inserted;
    inserted = undefined;
    reportsBefore += device.reports();
    device.close();
    sendReport(Buffer.alloc(0));
    changed();
  };
  const insert = (id: string) => {
    const record = find(id);
    remove();
    const key = plugIn(record, keys.save, hand.touch);
    const device = openDevice<RemoteInfo>({
      key,
      isTouchAwaited: hand.isAwaited,
      send: sendReport,
      unplug: remove,
    });
    inserted = { record, key, device };
    sendReport(Buffer.alloc(0));
    changed();
  };

  socket.on('message', (report, from) => {
    peer = from;
    if (inserted && report.length === REPORT_BYTES) inserted.device.receive(report, from);
  });

  return {
    port: socket.address().port,
    events,
    insert,
    remove,
    /** Pulls the key and puts it back. */
    powerCycle() {
      if (!inserted) throw new Error('no key is inserted');
      insert(inserted.record.id);
    },
    /** Touches once; true when the key was waiting for it. */
    touch: (finger: boolean) => hand.press(finger),
    touchAutomatically: (automatic: Automatic | undefined) => hand.setAutomatic(automatic),
    setFault(fault: Fault | undefined) {
      if (!inserted) throw new Error('no key is inserted');
      inserted.device.setFault(fault);
    },
    /** Changes a key's memory; the inserted one when no id is given. */
    edit(id: string | undefined, change: (record: KeyRecord) => void) {
      const record = id === undefined ? inserted?.record : find(id);
      if (!record) throw new Error('no key is inserted');
      change(record);
      keys.save();
      changed();
    },
    state: () => ({
      inserted: inserted?.record.id ?? null,
      waitingForTouch: hand.isAwaited(),
      reports: reportsBefore + (inserted?.device.reports() ?? 0),
      heard: inserted?.device.heard() ?? [],
      keys: keys.keys.map((record) => describe(record, inserted)),
    }),
    /** The PINs that the demonstration page shows. */
    pins: () => new Map(keys.keys.map(({ id, pin }) => [id, pin])),
    close: () => socket.close(),
  };
}

export type Slot = Awaited<ReturnType<typeof openSlot>>;
