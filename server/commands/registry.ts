import { adminPrograms } from './admin/registry.ts';
import { init } from './init.ts';
import { pairingCode } from './pairing-code.ts';
import type { Program } from './program.ts';
import { seedPractice } from './seed.ts';
import { serve } from './serve.ts';
import { verify } from './verify.ts';

/** Everything `wardlock-server` can do: a new command is one line here. */
export const programs: readonly Program[] = [
  init,
  serve,
  seedPractice,
  pairingCode,
  verify,
  ...adminPrograms,
];
