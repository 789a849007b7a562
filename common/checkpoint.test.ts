import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256 } from '../server/hash.ts';
import { fromBase64, fromBase64url, toBase64, toHex, utf8 } from './bytes.ts';
import { openCheckpoint, readCheckpoint, signCheckpoint } from './checkpoint.ts';
import { noteKeyId, openNote, signNote, verifierText } from './signed-note.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const raw = fromBase64url(String(publicKey.export({ format: 'jwk' }).x));
const ports = {
  sha256,
  verify: (x: Uint8Array, message: Uint8Array, signature: Uint8Array) => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(x).toString('base64url') };
    return verify(null, message, { key: jwk, format: 'jwk' }, signature);
  },
};
const signer = async (message: Uint8Array) => sign(null, message, privateKey);
const checkpoint = { origin: 'keys.clinic.example/log', size: 20_852_163, root: sha256() };
const signed = () => signCheckpoint(sha256, checkpoint, raw, signer);

// The verifier key and the note of Go's golang.org/x/mod/sumdb/note example.
test("the key, its id and the note of Go's package note", () => {
  const bytes = fromBase64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW') ?? new Uint8Array();
  const key = { name: 'PeterNeumann', publicKey: bytes.subarray(1) };
  expect(toHex(noteKeyId(sha256, key))).toBe('c74f20a3');
  expect(verifierText(sha256, key)).toBe(
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  );
  const note =
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n" +
    '\n' +
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
  expect(openNote(ports, note, key).ok).toBe(true);
  expect(openNote(ports, note.replace('answer', 'Answer'), key)).toEqual({
    ok: false,
    error: 'bad-signature',
  });
});

test('a checkpoint comes back as it was signed', async () => {
  const note = await signed();
  expect(note.split('\n').slice(0, 4)).toEqual([
    checkpoint.origin,
    '20852163',
    toBase64(checkpoint.root),
    '',
  ]);
  const opened = openCheckpoint(ports, note, raw);
  expect(opened).toEqual({ ok: true, value: { ...checkpoint, root: new Uint8Array(sha256()) } });
});

test('no edited byte of a checkpoint passes', async () => {
  const note = utf8(await signed());
  const decoder = new TextDecoder();
  for (const [at, byte] of note.entries()) {
    for (const other of [byte ^ 1, byte ^ 32]) {
      const edited = Uint8Array.from(note);
      edited[at] = other;
      expect(openCheckpoint(ports, decoder.decode(edited), raw).ok, `byte ${at}`).toBe(false);
    }
  }
});

test("another key's signature is ignored, ours is not", async () => {
  const note = await signed();
  const other = generateKeyPairSync('ed25519');
  const otherRaw = fromBase64url(String(other.publicKey.export({ format: 'jwk' }).x));
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const named = { name: 'somebody', publicKey: otherRaw };
  const theirs = await signNote(sha256, text, named, async (m) => sign(null, m, other.privateKey));
  const both = theirs + note.slice(note.indexOf('—'));
  expect(openCheckpoint(ports, both, raw).ok).toBe(true);
  expect(openCheckpoint(ports, theirs, raw)).toEqual({ ok: false, error: 'not-signed' });
  // Under our name and id, but not by our key.
  const forged = await signNote(sha256, text, { name: checkpoint.origin, publicKey: raw }, (m) =>
    Promise.resolve(sign(null, m, other.privateKey)),
  );
  expect(openCheckpoint(ports, forged, raw)).toEqual({ ok: false, error: 'bad-signature' });
});

test.each([
  ['no empty line', (note: string) => note.replace('\n\n', '\n')],
  ['no newline at the end', (note: string) => note.slice(0, -1)],
  ['a tab in the text', (note: string) => note.replace('\n', '\t\n')],
  ['a hyphen for the dash', (note: string) => note.replace('—', '-')],
  ['more behind the signature', (note: string) => note.replace(/\n$/, ' x\n')],
  ['a signature of no bytes', (note: string) => note.replace(/\S+\n$/, 'AAAA\n')],
  ['seventeen signatures', (note: string) => note + note.slice(note.indexOf('—')).repeat(16)],
  ['nothing', () => ''],
])('not a note: %s', async (_, damage) => {
  const opened = openCheckpoint(ports, damage(await signed()), raw);
  expect(opened).toEqual({ ok: false, error: 'not-a-note' });
});

const root = toBase64(sha256());
test.each([
  `log\n1\n${root}`,
  `log\n01\n${root}\n`,
  `log\n-1\n${root}\n`,
  `log\n9007199254740993\n${root}\n`,
  `log\n1\n${root.slice(0, -4)}\n`,
  `log\n1\n${root.slice(0, -1)}\n`,
  `log\n1\n${root}\n\n`,
  `\n1\n${root}\n`,
  'log\n1\n',
])('not a checkpoint: %j', (text) => {
  expect(readCheckpoint(text)).toBeUndefined();
});

test('the text of a checkpoint may have extension lines', () => {
  expect(readCheckpoint(`log\n0\n${root}\nmore\n`)?.size).toBe(0);
});

test.each(['no newline', 'a\u0001control\n'])('what no note can say is not signed: %j', (text) =>
  expect(signNote(sha256, text, { name: 'a', publicKey: raw }, signer)).rejects.toThrow(RangeError),
);

test.each(['', 'a b', 'a+b', 'a\u0085b', 'a\u00a0b'])('%j names no key', (name) =>
  expect(signNote(sha256, 'text\n', { name, publicKey: raw }, signer)).rejects.toThrow(RangeError),
);
