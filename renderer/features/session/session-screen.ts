import type { StationView } from '../../../preload/contract.ts';

/** What the station's pages show of an open session. */
export type SessionScreen = Extract<StationView['screen'], { kind: 'session' }>;
