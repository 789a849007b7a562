import { createHash } from 'node:crypto';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { type Result, err, ok } from '../../common/result.ts';
import { type Ed25519Jwk, REQUEST_JWT_TYP, requestClaims } from '../../common/wire.ts';
import type { Nonces } from './nonces.ts';

export type TokenRefusal =
  | 'no-authorization'
  | 'bad-token'
  | 'wrong-typ'
  | 'wrong-alg'
  | 'bad-signature'
  | 'wrong-method'
  | 'wrong-path'
  | 'nonce-stale';

export interface VerifiedToken {
  readonly bsh: string;
  /** Which start of the station's agent signed. */
  readonly boot: string | undefined;
  /** It was signed after this, ms: when its nonce was issued. */
  readonly askedAt: number;
}

export interface UnverifiedToken {
  readonly jwt: string;
  readonly kid: string;
}

/** Reads whose token it claims to be. Nothing of it is trusted yet. */
export function readToken(
  authorization: string | undefined,
): Result<UnverifiedToken, TokenRefusal> {
  const jwt = /^Wardlock (\S{1,4096})$/.exec(authorization ?? '')?.[1];
  if (jwt === undefined) return err('no-authorization');
  let header;
  try {
    header = decodeProtectedHeader(jwt);
  } catch {
    // jose throws for anything that is not a JWS; the station gets one code for it.
    return err('bad-token');
  }
  if (header.typ !== REQUEST_JWT_TYP) return err('wrong-typ');
  if (header.alg !== 'EdDSA') return err('wrong-alg');
  return typeof header.kid === 'string' ? ok({ jwt, kid: header.kid }) : err('bad-token');
}

/**
 * Verifies the token for this request, all but the body's hash, which it returns (`bsh`): so the body of a
 * stranger, or of a repeated request, is never read. The nonce comes last: only its own station spends it.
 */
export async function verifyToken(
  jwt: string,
  key: Ed25519Jwk,
  request: { readonly method: string; readonly url: string },
  nonces: Nonces,
): Promise<Result<VerifiedToken, TokenRefusal>> {
  let payload;
  try {
    const options = { algorithms: ['EdDSA'], typ: REQUEST_JWT_TYP };
    ({ payload } = await jwtVerify(jwt, await importJWK(key, 'EdDSA'), options));
  } catch {
    // The header is right by now; what is left to fail is the signature.
    return err('bad-signature');
  }
  const claims = requestClaims.safeParse(payload);
  if (!claims.success) return err('bad-token');
  const { htm, htu, bsh, nonce, boot } = claims.data;
  if (htm !== request.method) return err('wrong-method');
  if (htu !== request.url) return err('wrong-path');
  if (!(await nonces.spend(nonce))) return err('nonce-stale');
  return ok({ bsh, boot, askedAt: nonces.issuedAt(nonce) ?? 0 });
}

/** `bsh` of a body; no body has the hash of nothing. */
export const bodyHash = (body: Uint8Array | null): string =>
  createHash('sha256')
    .update(body ?? '')
    .digest('base64url');
