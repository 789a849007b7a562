import type { StationApp } from './station-app.ts';

/** What the operating system tells of itself. */
export interface PowerEvents {
  on(event: 'suspend' | 'resume' | 'lock-screen', run: () => void): void;
}

/** What a clock tells besides the time. */
export interface ClockEvents {
  onJump(listener: (ms: number) => void): void;
  onSlept(listener: () => void): void;
  resynchronise(): void;
}

/**
 * Locks when the computer sleeps, is locked, or has another time than before. The same may be told twice;
 * a station that is locked stays so.
 */
export function lockWithSurroundings(
  station: Pick<StationApp, 'dispatch' | 'note'>,
  clock: ClockEvents,
  power: PowerEvents,
): void {
  clock.onSlept(() => station.dispatch({ type: 'lock', cause: 'suspend' }));
  clock.onJump((ms) => {
    station.dispatch({ type: 'lock', cause: 'clock' });
    station.note({ type: 'clock.jumped', outcome: 'success', detail: { ms } });
  });
  power.on('suspend', () => station.dispatch({ type: 'lock', cause: 'suspend' }));
  power.on('lock-screen', () => station.dispatch({ type: 'lock', cause: 'os-lock' }));
  power.on('resume', clock.resynchronise);
}
