import { type Result, err, ok } from '../../common/result.ts';
import { asBytes, asInteger, asMap, decodeCbor } from './cbor.ts';
import type { CtapCrypto } from './crypto-port.ts';
import type { CtapHid } from './ctaphid.ts';
import { type RawAssertion, getAssertion } from './get-assertion.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import { concatenated } from './message.ts';
import { CtapStatusError } from './status.ts';

/** A credential of the directory, and the COSE_Key that it must sign with. */
export interface KnownKey {
  readonly credentialId: Uint8Array;
  readonly publicKey: Uint8Array;
}

interface Question {
  readonly rpId: string;
  readonly known: readonly KnownKey[];
  readonly info: AuthenticatorInfo;
}

/** What a request carries beside its allow list, and each entry beside its id, generously. */
const REQUEST_BYTES = 128;
const ENTRY_BYTES = 32;

/**
 * Lets the key show, before a PIN goes out and without a touch, that it holds one of these credentials: a
 * silent assertion (CTAP 2.1 §6.2, up=false) over a random hash, which no relying party would take.
 * Resolves with that credential's id, or undefined when the key holds none of them or will not say so.
 * A key that claims one of them and cannot sign for it is `not-genuine`.
 */
export async function proveKnown(
  hid: CtapHid,
  crypto: CtapCrypto,
  { rpId, known, info }: Question,
): Promise<Result<Uint8Array | undefined, 'not-genuine'>> {
  const provable = known.filter(isProvable);
  for (const part of parts(provable, info)) {
    const clientDataHash = crypto.random(32);
    const allow = part.map(({ credentialId }) => credentialId);
    let assertion;
    try {
      assertion = await getAssertion(hid, { rpId, clientDataHash, allow, touch: false });
    } catch (error) {
      // None of these, or none without a PIN (credProtect 3): nothing is proven, and nothing is wrong.
      if (error instanceof CtapStatusError) continue;
      throw error;
    }
    const { credentialId } = assertion;
    const claimed = part.find((one) => isSame(one.credentialId, credentialId));
    if (!claimed || !isSigned(crypto, { rpId, clientDataHash }, assertion, claimed.publicKey)) {
      return err('not-genuine');
    }
    return ok(claimed.credentialId);
  }
  return ok(undefined);
}

/** Of other algorithms than ES256 nothing can be said here; the verifier judges them after the PIN. */
export const isProvable = ({ publicKey }: KnownKey): boolean => p256Point(publicKey) !== undefined;

/** As many at a time as the key takes in one list and one message. */
function parts(
  known: readonly KnownKey[],
  { maxAllowList, maxMessage }: AuthenticatorInfo,
): readonly (readonly KnownKey[])[] {
  const all: KnownKey[][] = [];
  let room = 0;
  for (const key of known) {
    const size = key.credentialId.length + ENTRY_BYTES;
    const last = all.at(-1);
    if (last && last.length < maxAllowList && size <= room) last.push(key);
    else {
      all.push([key]);
      room = maxMessage - REQUEST_BYTES;
    }
    room -= size;
  }
  return all;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** rpIdHash 32, flags 1, signCount 4 (WebAuthn §6.1). */
const FIXED_BYTES = 37;

function isSigned(
  crypto: CtapCrypto,
  { rpId, clientDataHash }: { readonly rpId: string; readonly clientDataHash: Uint8Array },
  { authenticatorData, signature }: RawAssertion,
  publicKey: Uint8Array,
): boolean {
  const point = p256Point(publicKey);
  const rpIdHash = crypto.sha256(new TextEncoder().encode(rpId));
  return (
    point !== undefined &&
    authenticatorData.length >= FIXED_BYTES &&
    isSame(authenticatorData.subarray(0, 32), rpIdHash) &&
    crypto.verifyP256(point, concatenated(authenticatorData, clientDataHash), signature)
  );
}

/** Public key of ES256 (RFC 9053 §2.1); undefined for any other. */
function p256Point(cose: Uint8Array): { x: Uint8Array; y: Uint8Array } | undefined {
  const decoded = decodeCbor(cose);
  const key = decoded.ok ? asMap(decoded.value) : undefined;
  const [x, y] = [asBytes(key?.get(-2)), asBytes(key?.get(-3))];
  const isEs256 = asInteger(key?.get(3)) === -7 && asInteger(key?.get(-1)) === 1;
  return isEs256 && x?.length === 32 && y?.length === 32 ? { x, y } : undefined;
}
