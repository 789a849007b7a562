import { type CborMap, asBytes, asMap } from './cbor.ts';
import type { CtapCrypto } from './crypto-port.ts';
import { map, need } from './message.ts';
import { protocolOne } from './pin-protocol-one.ts';
import { protocolTwo } from './pin-protocol-two.ts';
import type { PinProtocol, PinProtocolNumber } from './pin-protocol.ts';
import { CtapLinkError } from './status.ts';

/** A shared secret with one key. */
export interface SharedSecret {
  readonly protocol: PinProtocolNumber;
  /** Our COSE key, for the `keyAgreement` parameter. */
  readonly platformKey: CborMap;
  encrypt(plain: Uint8Array): Uint8Array;
  /** `pinUvAuthParam` of what the shared secret itself authenticates: setPIN and changePIN. */
  authenticate(message: Uint8Array): Uint8Array;
  /** Takes a pinUvAuthToken out of its cipher. */
  token(cipher: Uint8Array): PinToken;
  forget(): void;
}

/** A pinUvAuthToken: what the key gave for a PIN, to authenticate commands with. */
export interface PinToken {
  readonly protocol: PinProtocolNumber;
  /** `pinUvAuthParam` for this message. */
  authenticate(message: Uint8Array): Uint8Array;
  forget(): void;
}

const protocols: readonly PinProtocol[] = [protocolTwo, protocolOne];

/** The best protocol that key and client both know. */
export const commonProtocol = (offered: readonly number[]): PinProtocolNumber | undefined =>
  protocols.find(({ number }) => offered.includes(number))?.number;

/** encapsulate (§6.5.6): ECDH with the key's public COSE key. */
export function encapsulate(
  crypto: CtapCrypto,
  number: PinProtocolNumber,
  keyAgreement: CborMap | undefined,
): SharedSecret {
  const protocol = number === 2 ? protocolTwo : protocolOne;
  const peer = need(asMap(keyAgreement), 'keyAgreement');
  const x = need(asBytes(peer.get(-2)), 'keyAgreement x');
  const y = need(asBytes(peer.get(-3)), 'keyAgreement y');
  if (peer.get(1) !== 2 || peer.get(-1) !== 1 || x.length !== 32 || y.length !== 32) {
    throw new CtapLinkError('malformed', 'keyAgreement is not a P-256 key');
  }
  let own;
  try {
    own = crypto.ecdhP256({ x, y });
  } catch {
    throw new CtapLinkError('malformed', 'keyAgreement is not on the curve');
  }
  const { hmac, aes } = protocol.derive(crypto, own.shared);
  own.shared.fill(0);
  return {
    protocol: number,
    platformKey: map([1, 2], [3, -25], [-1, 1], [-2, own.x], [-3, own.y]),
    encrypt: (plain) => protocol.encrypt(crypto, aes, plain),
    authenticate: (message) => protocol.authenticate(crypto, hmac, message),
    token(cipher) {
      const token = protocol.decrypt(crypto, aes, cipher);
      if (!protocol.isToken(token)) {
        throw new CtapLinkError('malformed', `token of ${token.length} bytes`);
      }
      return {
        protocol: number,
        authenticate: (message) => protocol.authenticate(crypto, token, message),
        forget: () => token.fill(0),
      };
    },
    forget() {
      hmac.fill(0);
      aes.fill(0);
    },
  };
}
