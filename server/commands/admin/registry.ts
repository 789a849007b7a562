import type { Program } from '../program.ts';
import { stationList, stationLock, stationSignOut } from './station.ts';

/** What an administrator can do from the command line. */
export const adminPrograms: readonly Program[] = [stationList, stationLock, stationSignOut];
