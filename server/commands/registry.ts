import { adminPrograms } from './admin/registry.ts';
import { backup } from './backup.ts';
import { exportEvents } from './export.ts';
import { init } from './init.ts';
import { pairingCode } from './pairing-code.ts';
import type { Program } from './program.ts';
import { restore } from './restore.ts';
import { seedPractice } from './seed.ts';
import { serve } from './serve.ts';
import { verify } from './verify.ts';

/** Everything `wardlock-server` can do: a new command is one line here. */
export const programs: readonly Program[] = [
  init,
  serve,
  backup,
  restore,
  seedPractice,
  pairingCode,
  exportEvents,
  verify,
  ...adminPrograms,
];
