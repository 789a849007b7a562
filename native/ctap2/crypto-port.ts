/** The primitives of the PIN/UV auth protocols (CTAP 2.1 §6.5.6, §6.5.7) and of a key's proof. */
export interface CtapCrypto {
  sha256(bytes: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** RFC 5869 with a salt of 32 zero bytes; 32 bytes out. */
  hkdfSha256(secret: Uint8Array, info: string): Uint8Array;
  aes256CbcEncrypt(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array;
  aes256CbcDecrypt(key: Uint8Array, iv: Uint8Array, cipher: Uint8Array): Uint8Array;
  random(length: number): Uint8Array;
  /**
   * A fresh P-256 key pair and its shared x-coordinate with the given public point (32-byte coordinates).
   * Throws when the point is not on the curve.
   */
  ecdhP256(peer: { readonly x: Uint8Array; readonly y: Uint8Array }): {
    readonly x: Uint8Array;
    readonly y: Uint8Array;
    readonly shared: Uint8Array;
  };
  /** ES256: ECDSA over SHA-256 of the message, signature in DER. False for anything that does not hold. */
  verifyP256(
    point: { readonly x: Uint8Array; readonly y: Uint8Array },
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean;
}
