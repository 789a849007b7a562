import { open } from 'node:fs/promises';
import type { OpenFailure } from './key-source.ts';

/** What hidapi says, where the system tells nothing better: Windows and macOS by their own words. */
function fromText(text: string): OpenFailure {
  if (/permission|denied|not permitted|0x00000005|0xE00002E2/i.test(text)) return 'no-permission';
  if (/busy|exclusive|sharing violation|0x00000020|0xE00002C5/i.test(text)) return 'busy';
  return 'removed';
}

function fromErrno(errno: unknown): OpenFailure | undefined {
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return 'no-permission';
    case 'EBUSY':
      return 'busy';
    case 'ENOENT':
    case 'ENODEV':
    case 'ENXIO':
      return 'removed';
    default:
      return undefined;
  }
}

/** Why a key could not be opened. On Linux the device node itself is asked: hidapi's words vary. */
export async function openFailure(path: string, error: unknown): Promise<OpenFailure> {
  const fallback = fromText(error instanceof Error ? error.message : '');
  if (process.platform !== 'linux') return fallback;
  try {
    await (await open(path, 'r+')).close();
    return fallback;
  } catch (refused) {
    return fromErrno(refused instanceof Error && 'code' in refused && refused.code) ?? fallback;
  }
}
