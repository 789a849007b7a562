import { type Sha256, fromBase64, toBase64 } from './bytes.ts';
import { type Result, err, ok } from './result.ts';
import {
  type Ed25519Sign,
  type Ed25519Verify,
  type NoteFault,
  openNote,
  signNote,
} from './signed-note.ts';
import type { TreeHead } from './tree.ts';

/** The head of a ledger as of https://c2sp.org/tlog-checkpoint. */
export interface Checkpoint extends TreeHead {
  /** Which log: a tree that is not the continuation of another has another origin. */
  readonly origin: string;
}

const ROOT_BYTES = 32;

/** The text that is signed: origin, size, root. We write no extension lines: nobody could audit them. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${toBase64(root)}\n`;

/** Reads such a text; extension lines of others are ignored. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', size = '', root = '', ...more] = text.split('\n');
  const bytes = fromBase64(root);
  // What follows the last newline is empty; any line before it must not be.
  if (more.length === 0 || more.pop() !== '' || more.includes('')) return undefined;
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size)) return undefined;
  if (!Number.isSafeInteger(Number(size)) || bytes?.length !== ROOT_BYTES) return undefined;
  return { origin, size: Number(size), root: bytes };
}

/** A signed checkpoint. The key bears the origin's name, as the specification asks. */
export const signCheckpoint = (
  sha256: Sha256,
  checkpoint: Checkpoint,
  publicKey: Uint8Array,
  sign: Ed25519Sign,
): Promise<string> =>
  signNote(sha256, checkpointText(checkpoint), { name: checkpoint.origin, publicKey }, sign);

/** A checkpoint that the server with this key has signed, whatever its origin: the key is who it is. */
export function openCheckpoint(
  ports: { readonly sha256: Sha256; readonly verify: Ed25519Verify },
  note: string,
  publicKey: Uint8Array,
): Result<Checkpoint, NoteFault> {
  const name = note.slice(0, Math.max(0, note.indexOf('\n')));
  const text = openNote(ports, note, { name, publicKey });
  if (!text.ok) return text;
  const checkpoint = readCheckpoint(text.value);
  return checkpoint === undefined ? err('not-a-note') : ok(checkpoint);
}
