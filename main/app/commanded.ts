import type { Commanded } from './commands.ts';
import type { StationApp } from './station-app.ts';

/** Commands as they act on the station. Nothing of it can open anything. */
export function commandedStation(
  station: Pick<StationApp, 'onScreen' | 'remoteLock' | 'signOut'>,
  newEpoch: (epoch: string) => boolean,
): Commanded {
  const left = (leave: () => void): boolean => {
    if (station.onScreen === undefined) return false;
    leave();
    return station.onScreen === undefined;
  };
  return {
    lock: () => left(() => station.remoteLock({ cause: 'remote' })),
    lockElsewhere: (member) => left(() => station.remoteLock({ cause: 'elsewhere', member })),
    signOut: () => left(() => station.signOut('remote')),
    newEpoch,
  };
}
