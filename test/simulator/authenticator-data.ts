import { createHash } from 'node:crypto';
import { type CborMap, toCbor } from './cbor.ts';

const FLAG = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40, ed: 0x80 } as const;

export const sha256 = (data: Uint8Array | string): Buffer =>
  createHash('sha256').update(data).digest();

/** Authenticator data (WebAuthn §6.1). */
export function authenticatorData({
  rpId,
  up,
  uv,
  backedUp,
  counter,
  attested,
  extensions,
}: {
  readonly rpId: string;
  readonly up: boolean;
  readonly uv: boolean;
  readonly backedUp: boolean;
  readonly counter: number;
  readonly attested?: {
    readonly aaguid: Uint8Array;
    readonly id: Uint8Array;
    readonly publicKey: CborMap;
  };
  readonly extensions: CborMap;
}): Buffer {
  const flags = [
    up ? FLAG.up : 0,
    uv ? FLAG.uv : 0,
    backedUp ? FLAG.be | FLAG.bs : 0,
    attested ? FLAG.at : 0,
    extensions.size > 0 ? FLAG.ed : 0,
  ];
  const head = Buffer.alloc(37);
  sha256(rpId).copy(head);
  head[32] = flags.reduce((all, flag) => all | flag, 0);
  head.writeUInt32BE(counter, 33);
  const parts: Uint8Array[] = [head];
  if (attested) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(attested.id.length);
    parts.push(attested.aaguid, length, attested.id, toCbor(attested.publicKey));
  }
  if (extensions.size > 0) parts.push(toCbor(extensions));
  return Buffer.concat(parts);
}
