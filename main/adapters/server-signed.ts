import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import type { Ed25519Jwk } from '../../common/wire.ts';

/** The payload of a compact JWS if, and only if, the paired server signed it as this `typ`. */
export async function signedPayload(
  jws: string,
  key: Ed25519Jwk,
  typ: string,
): Promise<Uint8Array | undefined> {
  try {
    // What the server signs for one purpose must not pass for another (RFC 8725 §3.11).
    if (decodeProtectedHeader(jws).typ !== typ) return undefined;
    const options = { algorithms: ['EdDSA'] };
    return (await compactVerify(jws, await importJWK(key, 'EdDSA'), options)).payload;
  } catch {
    return undefined;
  }
}

export function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
