import * as z from 'zod';
import { keyRefusal } from '../common/key-refusal.ts';

/** CTAP versions are short words; what a hostile key says instead is not passed on. */
export const versionName = z.string().regex(/^[\w.-]{1,32}$/);
const count = z.int().nonnegative();

/** What one key said of itself, without a PIN and without a touch. */
const keyFacts = z.strictObject({
  kind: z.literal('read'),
  versions: z.array(versionName),
  pinProtocols: z.array(z.int()),
  /** false: none set yet; absent: the key has no PIN at all. */
  pinSet: z.boolean().optional(),
  pinRetries: count.optional(),
  needsReinsert: z.boolean(),
  mustChangePin: z.boolean(),
  minPinLength: count,
  /** Fingerprint; false: none taught yet; absent: no sensor. */
  fingerprint: z.boolean().optional(),
  fingerprintRetries: count.optional(),
  alwaysUv: z.boolean(),
  management: z.boolean(),
  /** Credentials that still fit; absent where the key does not say. */
  freeSlots: count.optional(),
});
export type KeyFacts = z.infer<typeof keyFacts>;

/** The one message of a key process that was started to look at the keys. */
export const keyInspection = z.strictObject({
  kind: z.literal('inspection'),
  /** False: this computer's HID devices cannot be listed. */
  listed: z.boolean(),
  keys: z.array(
    z.strictObject({
      id: z.string(),
      product: z.string(),
      simulated: z.boolean(),
      found: z.discriminatedUnion('kind', [
        keyFacts,
        z.strictObject({ kind: z.literal('refused'), code: keyRefusal }),
      ]),
    }),
  ),
});
export type KeyInspection = z.infer<typeof keyInspection>;
