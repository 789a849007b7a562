const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 base32 of whole groups of 5 bytes, so that there is no padding. */
export function base32(bytes: Uint8Array): string {
  if (bytes.length % 5 !== 0) throw new RangeError(`${bytes.length} bytes are not whole groups`);
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
