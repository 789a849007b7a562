import type { Commanded } from './commands.ts';
import type { StationApp } from './station-app.ts';

/** Commands as they act on the station. Nothing of it can open anything. */
export function commandedStation(
  station: Pick<StationApp, 'onScreen' | 'remoteLock' | 'signOut'>,
  newEpoch: (epoch: string) => boolean,
): Commanded {
  const left = (leave: () => void): boolean => {
    const before = station.onScreen;
    leave();
    return before !== undefined && station.onScreen === undefined;
  };
  // At the curtain too: whoever is on the way in begins again, and nobody has a grace any more.
  const lock = () => station.remoteLock({ cause: 'remote' });
  return {
    lock: () => left(lock),
    lockElsewhere: (member) => left(() => station.remoteLock({ cause: 'elsewhere', member })),
    signOut: () =>
      left(() => {
        station.signOut('remote');
        lock();
      }),
    newEpoch,
  };
}
