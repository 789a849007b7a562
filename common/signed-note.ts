import { type Sha256, fromBase64, sameBytes, toBase64, toHex, utf8 } from './bytes.ts';
import { type Result, err, ok } from './result.ts';

/** Signed notes as of https://c2sp.org/signed-note, with Ed25519 signatures (RFC 8032) only. */

/** Ed25519 as a port: `common` holds no cryptography. */
export type Ed25519Sign = (message: Uint8Array) => Promise<Uint8Array>;
export type Ed25519Verify = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;

export interface NoteKey {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

const ED25519 = Uint8Array.of(1);
const NEWLINE = utf8('\n');
const KEY_ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
/** The specification asks verifiers for a limit of at least 16. */
const MAX_SIGNATURES = 16;
const MAX_NOTE_LENGTH = 64 * 1024;

// U+0085 is a space to Unicode and not to \s.
const isName = (name: string): boolean => name !== '' && !/[\s\u0085+]/u.test(name);
const hasControls = (text: string): boolean =>
  [...text].some((character) => character < ' ' && character !== '\n');

/** SHA-256(name ‖ newline ‖ 0x01 ‖ public key), its first four bytes. */
export const noteKeyId = (sha256: Sha256, { name, publicKey }: NoteKey): Uint8Array =>
  sha256(utf8(name), NEWLINE, ED25519, publicKey).subarray(0, KEY_ID_BYTES);

/** A key as verifiers are configured with it: `NAME+ID+BASE64`. */
export const verifierText = (sha256: Sha256, key: NoteKey): string =>
  `${key.name}+${toHex(noteKeyId(sha256, key))}+${toBase64(Uint8Array.of(...ED25519, ...key.publicKey))}`;

/** Signs a text that ends in a newline. Throws a RangeError for a text or a name that no note can have. */
export async function signNote(
  sha256: Sha256,
  text: string,
  key: NoteKey,
  sign: Ed25519Sign,
): Promise<string> {
  if (!text.endsWith('\n') || hasControls(text)) throw new RangeError('not the text of a note');
  if (!isName(key.name)) throw new RangeError(`"${key.name}" cannot name the key of a note`);
  const signature = await sign(utf8(text));
  const signed = toBase64(Uint8Array.of(...noteKeyId(sha256, key), ...signature));
  return `${text}\n— ${key.name} ${signed}\n`;
}

export type NoteFault =
  /** Not of the form, so nobody signed it. */
  | 'not-a-note'
  /** No signature of this key. */
  | 'not-signed'
  /** This key's signature is not over this text. */
  | 'bad-signature';

/** The text of a note that this key has signed. Signatures of other keys are ignored. */
export function openNote(
  ports: { readonly sha256: Sha256; readonly verify: Ed25519Verify },
  note: string,
  key: NoteKey,
): Result<string, NoteFault> {
  const parts = split(note);
  if (parts === undefined) return err('not-a-note');
  const id = noteKeyId(ports.sha256, key);
  let isSigned = false;
  for (const line of parts.signatures) {
    const read = readSignature(line);
    if (read === undefined) return err('not-a-note');
    if (read.name !== key.name || !sameBytes(read.id, id)) continue;
    const { signature } = read;
    if (
      signature.length !== SIGNATURE_BYTES ||
      !ports.verify(key.publicKey, utf8(parts.text), signature)
    ) {
      return err('bad-signature');
    }
    isSigned = true;
  }
  return isSigned ? ok(parts.text) : err('not-signed');
}

/** The text is everything before the last empty line; it keeps its own newline. */
function split(note: string) {
  if (note.length > MAX_NOTE_LENGTH || hasControls(note) || !note.endsWith('\n')) return undefined;
  const at = note.lastIndexOf('\n\n');
  if (at < 0) return undefined;
  const signatures = note.slice(at + 2, -1).split('\n');
  if (signatures.length > MAX_SIGNATURES) return undefined;
  return { text: note.slice(0, at + 1), signatures };
}

function readSignature(line: string) {
  const [dash, name = '', encoded = '', ...more] = line.split(' ');
  const bytes = fromBase64(encoded);
  if (dash !== '—' || more.length > 0 || !isName(name)) return undefined;
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, id: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}
