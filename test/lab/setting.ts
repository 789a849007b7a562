import path from 'node:path';
import type { Expected } from './bench.ts';
import type { ClientProgram } from './client.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** PIN and relying party that every run of the lab uses. */
export const expected: Expected = { rpId: 'keys.lab.example', pin: '246813' };

/** The key process of a bundle. */
export const program = (bundle: 'out/agent' | 'out/agent-dev'): ClientProgram => ({
  bundle: path.join(root, bundle, 'key-process.cjs'),
  shim: path.join(root, 'test/support/parent-port.mjs'),
});

export const register = path.join(import.meta.dirname, 'register.py');
