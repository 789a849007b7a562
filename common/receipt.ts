import * as z from 'zod';
import { fromBase64 } from './bytes.ts';
import { base64urlText, id } from './event.ts';

/** A SHA-256 in base64, as tree hashes go over the wire. */
export const treeHash = z.string().refine((text) => fromBase64(text)?.length === 32, {
  error: 'a SHA-256 in base64',
});
const place = z.int().nonnegative();
/** More than any tree of 2^53 leaves needs. */
const proof = z.array(treeHash).max(64);

/** GET /v1/log/inclusion?index=&size= : RFC 6962 §2.1.1. */
export const inclusionAnswer = z.strictObject({ index: place, size: place, leaf: treeHash, proof });

/** GET /v1/log/consistency?from=&to= : RFC 6962 §2.1.2. */
export const consistencyAnswer = z.strictObject({ from: place, to: place, proof });

export const MAX_RECEIPT_RUNS = 16;

/**
 * GET /v1/log/receipt?ask=RANDOM&epoch=&after=&last=&size= → 200 `application/jose`: compact JWS of
 * `receiptAnswer`, `typ` below.
 */
export const RECEIPT_JWS_TYP = 'wardlock-receipt+jws';

/**
 * The newest checkpoint, the proof that it continues the tree of `size` leaves, and the proof that the station's
 * events after `after` up to `last` are in it.
 */
const receipt = z.strictObject({
  /** Signed note, see common/checkpoint.ts. */
  checkpoint: z.string().max(4096),
  /** From `size` to the checkpoint; empty where the checkpoint is smaller. */
  consistency: proof,
  /** Every `log.continued` entry of the tree, with its inclusion proof. */
  renewals: z.array(z.strictObject({ record: z.string().max(4096), leaf: place, proof })).max(256),
  /**
   * Runs of consecutive events that are consecutive leaves. `frontier` is the tree before the first of them
   * (`Frontier` in common/tree.ts), `consistency` goes from the tree after the last of them to the checkpoint: who
   * knows the leaf hashes in between can tell that they are in the tree.
   */
  runs: z
    .array(
      z.strictObject({
        seq: z.int().positive(),
        events: z.int().positive(),
        leaf: place,
        frontier: proof,
        consistency: proof,
      }),
    )
    .max(MAX_RECEIPT_RUNS),
});
export type Receipt = z.infer<typeof receipt>;

/** A good receipt that answers another question looks like a fork or lost events: it is signed for this one. */
export const receiptAnswer = z.strictObject({ station: id, ask: base64urlText, receipt });
