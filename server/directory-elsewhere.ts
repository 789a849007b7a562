import { accessEvent } from '../common/event.ts';
import { type Screen, leftBehind } from './domain/directory-elsewhere.ts';
import type { Log } from './log.ts';
import { giveCommand } from './station-commands.ts';
import type { Store } from './store/store.ts';

/** A station that cannot be told within this time has long locked itself, or is offline. */
const PATIENCE_S = 30;

/**
 * A member has come on screen at a station: every other screen that still shows a session of theirs gets a
 * signed command to lock it. `isWhole` = the station has nothing more to upload, as far as can be told;
 * only then can it be the one that was left behind.
 */
export async function lockElsewhere(
  { read, write }: Pick<Store, 'read' | 'write'>,
  log: Log,
  own: { readonly station: string; readonly member: string; readonly isWhole: boolean },
  now: number,
): Promise<void> {
  const open = await read.openScreens(own.member);
  if (open.length < 2) return;
  const screens = await Promise.all(
    open.map(async ({ station, epoch }): Promise<Screen[]> => {
      const canonical = epoch === null ? undefined : await read.newestAccess(station, epoch);
      if (canonical === undefined) return [];
      const { at } = accessEvent.parse(JSON.parse(Buffer.from(canonical).toString('utf8')));
      return [{ station, at: Date.parse(at) }];
    }),
  );
  for (const { station } of leftBehind(screens.flat())) {
    if (station === own.station && !own.isWhole) continue;
    const what = { kind: 'lock-elsewhere', member: own.member } as const;
    const number = await write((tx) =>
      giveCommand(tx, { station, what, by: 'server', now, seconds: PATIENCE_S }),
    );
    log.info({ station, number, seenAt: own.station }, 'a member has tapped in elsewhere');
  }
}
