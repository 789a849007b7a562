import { createHmac, randomBytes } from 'node:crypto';
import { bytes } from './cbor.ts';
import { base64url, isBytes, isCount, isMap, need, optional } from './parameters.ts';
import type { Credential } from './record.ts';
import type { KeyState } from './state.ts';
import { Refusal, STATUS } from './status.ts';

export const newHmacSecret = (): string => base64url(randomBytes(64));

/** hmac-secret in getAssertion (CTAP 2.1 §12.5): what goes back to the platform, encrypted. */
export function hmacSecretOutput(
  state: KeyState,
  input: ReadonlyMap<unknown, unknown>,
  uv: boolean,
): (credential: Credential) => Uint8Array | undefined {
  const version = optional(input, 0x04, isCount) ?? 1;
  const protocol = state.protocols.find((each) => each.version === version);
  if (!protocol) throw new Refusal(STATUS.invalidParameter);
  const secret = protocol.decapsulate(need(input, 0x01, isMap));
  const encrypted = need(input, 0x02, isBytes);
  secret.verify(encrypted, need(input, 0x03, isBytes));
  const salts = secret.decrypt(encrypted);
  if (salts.length !== 32 && salts.length !== 64) throw new Refusal(STATUS.invalidLength);
  return ({ hmacSecret }) => {
    if (hmacSecret === undefined) return undefined;
    const both = Buffer.from(hmacSecret, 'base64url');
    const key = uv ? both.subarray(32) : both.subarray(0, 32);
    const mac = (salt: Uint8Array) => createHmac('sha256', key).update(salt).digest();
    const outputs = [mac(salts.subarray(0, 32))];
    if (salts.length === 64) outputs.push(mac(salts.subarray(32)));
    return bytes(secret.encrypt(Buffer.concat(outputs)));
  };
}
