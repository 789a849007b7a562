import { pipeline } from 'node:stream/promises';

/** Prints part after part, each when there is room for it. False: the reader had seen enough before the end. */
export async function printAll(parts: AsyncIterable<string>): Promise<boolean> {
  try {
    await pipeline(parts, process.stdout, { end: false });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
    return false;
  }
}
