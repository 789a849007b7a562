import { err, ok } from '../../../common/result.ts';
import { optional, text, whole } from '../../config/field.ts';
import { revokeStation } from '../../pairing.ts';
import { giveCommand } from '../../station-commands.ts';
import type { Store, Transaction } from '../../store/store.ts';
import type { StationRow } from '../../store/reader.ts';
import { adminChange, adminView } from './admin.ts';
import { table } from './table.ts';

const station = text('the id or the name of a station', 80);
const seconds = { ...whole(1, 24 * 3600), otherwise: 60 };

export const stationList = adminView({
  name: 'station list',
  about: 'Lists the stations.',
  options: {},
  async run(read) {
    const stations = (await read.stations()).map((row) => ({
      id: row.id,
      name: row.name,
      group: row.group_name,
      standing: row.standing,
      pairedAt: row.paired_at,
      screen: row.screen,
      lastUploadAt: row.heard_at,
    }));
    return ok({ text: table(stations), json: { stations } });
  },
});

export const stationLock = adminChange({
  name: 'station lock',
  about: 'Locks the session on a station’s screen.',
  options: { station, seconds },
  positional: 'station',
  run: (tx, values, by) => order(tx, values, by, 'lock'),
});

export const stationSignOut = adminChange({
  name: 'station sign-out',
  about: 'Ends the session on a station’s screen; unsaved work in it is lost.',
  options: { station, seconds },
  positional: 'station',
  run: (tx, values, by) => order(tx, values, by, 'sign-out'),
});

export const stationApprove = adminChange({
  name: 'station approve',
  about: 'Lets a station that was paired begin its work.',
  options: { station },
  positional: 'station',
  async run(tx, values) {
    const found = await findStation(tx, values.station);
    if (!found.ok) return found;
    const { id, name, standing } = found.value;
    if (standing !== 'pending') {
      return err(`The station is "${name}", which is ${standing}; allowed is one that is pending.`);
    }
    await tx.setStanding(id, 'active');
    return ok({
      text: `${name}: approved`,
      json: { station: id, standing: 'active' },
      deeds: [{ action: 'station.approve', target: id }],
    });
  },
});

export const stationRevoke = adminChange({
  name: 'station revoke',
  about: 'Takes nothing more from a station’s key; it works again once paired with a new code.',
  options: { station, reason: optional(text('why, in a few words', 120)) },
  positional: 'station',
  async run(tx, values, { now }) {
    const found = await findStation(tx, values.station);
    if (!found.ok) return found;
    const { id, name } = found.value;
    await revokeStation(tx, found.value, now);
    const detail = values.reason === undefined ? {} : { reason: values.reason };
    return ok({
      text: `${name}: revoked`,
      json: { station: id, standing: 'revoked' },
      deeds: [{ action: 'station.revoke', target: id, detail }],
    });
  },
});

/** A station that is away for longer needs a new approval. */
const EPOCH_DAYS = 30;

export const stationApproveEpoch = adminChange({
  name: 'station approve-epoch',
  about:
    'Lets a station whose journal is disputed begin a new one; the disputed events stay, as disputed.',
  options: { station },
  positional: 'station',
  async run(tx, values, { who, now }) {
    const found = await findStation(tx, values.station);
    if (!found.ok) return found;
    const { id, name } = found.value;
    const current = (await tx.head(id))?.epoch;
    // One that was approved and has not ended yet is approved again: the order may not have got there.
    const disputes = (await tx.disputes(id)).filter(
      (one) => one.approved_at === null || one.epoch === current,
    );
    if (disputes.length === 0) {
      return err(`The station is "${name}", which has no open dispute; allowed is one that has.`);
    }
    await tx.approveEpoch(id, who, new Date(now).toISOString());
    const wait = EPOCH_DAYS * 24 * 3600;
    for (const { epoch } of disputes) {
      const what = { kind: 'new-epoch', epoch } as const;
      await giveCommand(tx, { station: id, what, by: who, now, seconds: wait });
    }
    const epochs = disputes.map(({ epoch }) => epoch);
    return ok({
      text: `${name}: a new epoch is approved`,
      json: { station: id, epochs },
      deeds: [{ action: 'station.approve-epoch', target: id, detail: { epochs } }],
    });
  },
});

async function order(
  tx: Transaction,
  values: { readonly station: string; readonly seconds: number },
  { who, now }: { readonly who: string; readonly now: number },
  kind: 'lock' | 'sign-out',
) {
  const found = await findStation(tx, values.station);
  if (!found.ok) return found;
  const { id, name } = found.value;
  const { seconds: wait } = values;
  const number = await giveCommand(tx, {
    station: id,
    what: { kind },
    by: who,
    now,
    seconds: wait,
  });
  return ok({
    text: `${name}: command ${number} (${kind}) waits for the station, for ${wait} s`,
    json: { station: id, number, kind },
    deeds: [{ action: `station.${kind}`, target: id, detail: { number } }],
  });
}

/** A station by its id, or by a name that only one has. */
export async function findStation(read: Store['read'], said: string) {
  const all: readonly StationRow[] = await read.stations();
  const [first, second] = all.filter(({ id, name }) => id === said || name === said);
  if (first === undefined) {
    return err(
      `The station is "${said}"; allowed is the id or name of one of ${all.length}: see admin station list.`,
    );
  }
  return second === undefined
    ? ok(first)
    : err(
        `The station is "${said}", a name that several have; allowed is the id of one: see admin station list.`,
      );
}
