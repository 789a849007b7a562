import * as z from 'zod';
import { fromBase64, toBase64, utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import type { Checkpoint } from './checkpoint.ts';

/**
 * The one entry of a log that is no event: it begins a new origin where an older one cannot be continued,
 * because the database was restored from a backup, and commits to the last checkpoint of the old one (ADR 7).
 */
const continuation = z.strictObject({
  v: z.literal(1),
  type: z.literal('log.continued'),
  at: z.iso.datetime({ precision: 3 }),
  /** The origin that begins with this entry. */
  origin: z.string().min(1).max(512),
  /** The origin of the tree whose next leaf this entry is; empty where it begins the tree. */
  before: z.string().max(512),
  after: z.strictObject({
    origin: z.string().min(1).max(512),
    size: z.int().nonnegative(),
    /** base64 */
    root: z.string().max(44),
  }),
});

export interface Continuation {
  readonly at: string;
  readonly origin: string;
  /** The origin of the tree up to here: older than that of `after` where that is lost altogether. */
  readonly before: string;
  /** What the old origin had signed last, as far as the server knows. */
  readonly after: Checkpoint;
}

/** The entry's canonical bytes. */
export const continuationBytes = ({ at, origin, before, after }: Continuation): Uint8Array =>
  utf8(
    canonicalJson({
      v: 1,
      type: 'log.continued',
      at,
      origin,
      before,
      after: { ...after, root: toBase64(after.root) },
    }),
  );

/** Reads the text of such an entry; undefined for anything else. */
export function readContinuation(text: string): Continuation | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = continuation.safeParse(value);
  const root = fromBase64(parsed.data?.after.root ?? '');
  if (parsed.data === undefined || root?.length !== 32) return undefined;
  const { at, origin, before, after } = parsed.data;
  return { at, origin, before, after: { ...after, root } };
}
