import { type KeyObject, createPublicKey, sign } from 'node:crypto';
import {
  bits,
  country,
  explicit,
  flag,
  integer,
  octets,
  oid,
  sequence,
  set,
  text,
  utcTime,
} from './der.ts';

export interface CertificateRequest {
  readonly subject: string;
  readonly unit?: string;
  readonly issuer: string;
  readonly serial: number;
  readonly key: KeyObject;
  readonly issuerKey: KeyObject;
  readonly authority: boolean;
  /** FIDO's extension that binds an attestation certificate to a model. */
  readonly aaguid?: Uint8Array;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

const name = (common: string, unit?: string) => {
  const part = (type: string, value: Uint8Array) => set(sequence(oid(type), value));
  return sequence(
    part('2.5.4.6', country('SE')),
    part('2.5.4.10', text('Wardlock tests')),
    ...(unit === undefined ? [] : [part('2.5.4.11', text(unit))]),
    part('2.5.4.3', text(common)),
  );
};

/** An X.509 v3 certificate as WebAuthn §8.2.1 asks for, DER. */
export function certificate(request: CertificateRequest): Buffer {
  const { subject, unit, issuer, serial, key, issuerKey, authority, aaguid } = request;
  const extension = (id: string, critical: boolean, value: Uint8Array) =>
    sequence(oid(id), ...(critical ? [flag(true)] : []), octets(value));
  const extensions = [
    extension('2.5.29.19', true, authority ? sequence(flag(true)) : sequence()),
    ...(aaguid ? [extension('1.3.6.1.4.1.45724.1.1.4', false, octets(aaguid))] : []),
  ];
  const body = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(Buffer.of(serial)),
    ECDSA_WITH_SHA256,
    name(issuer),
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    name(subject, unit),
    createPublicKey(key).export({ format: 'der', type: 'spki' }),
    explicit(3, sequence(...extensions)),
  );
  return sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, issuerKey)));
}
