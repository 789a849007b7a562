import type { KeyObject } from 'node:crypto';
import { sign } from 'node:crypto';
import { sha256 } from './authenticator-data.ts';
import { bytes, map } from './cbor.ts';
import { certificate } from './certificate.ts';
import { AAGUID } from './get-info.ts';
import { keyFromSeed, openPrivateKey } from './keys.ts';
import type { Profile } from './record.ts';

/** A root and the batch certificate under it. Their keys are anybody's: made from their names. */
function batch(name: string) {
  const rootKey = keyFromSeed(sha256(`${name}: attestation root`));
  const batchKey = keyFromSeed(sha256(`${name}: attestation batch`));
  const issuer = `${name} attestation root`;
  const root = certificate({
    subject: issuer,
    issuer,
    serial: 1,
    key: rootKey,
    issuerKey: rootKey,
    authority: true,
  });
  const leaf = certificate({
    subject: `${name} batch 1`,
    unit: 'Authenticator Attestation',
    issuer,
    serial: 2,
    key: batchKey,
    issuerKey: rootKey,
    authority: false,
    aaguid: AAGUID,
  });
  return { root, leaf, key: batchKey };
}

const test = batch('Wardlock simulator');
const other = batch('Somebody else');

const pem = (der: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;

/**
 * The root that a test practice pins for the simulator's AAGUID, PEM. Its key and name never change; its
 * signature, and so its bytes, are fresh in each process.
 */
export const testRoot = pem(test.root);
/** Attestation format and statement (WebAuthn §8.2, §8.7) over `message`. */
export function attest(
  kind: Profile['attestation'],
  credentialKey: string,
  message: Uint8Array,
): { readonly format: string; readonly statement: ReadonlyMap<unknown, unknown> } {
  if (kind === 'none') return { format: 'none', statement: map() };
  const packed = (key: KeyObject, x5c: Uint8Array[] | undefined) => ({
    format: 'packed',
    statement: map(['alg', -7], ['sig', bytes(sign('sha256', message, key))], ['x5c', x5c]),
  });
  if (kind === 'self') return packed(openPrivateKey(credentialKey), undefined);
  const { leaf, key } = kind === 'packed' ? test : other;
  return packed(key, [bytes(leaf)]);
}
