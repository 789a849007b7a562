import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CertificateFiles, makeCertificate } from '../../test/contract/openssl.ts';
import { readListening } from './listening.ts';

const standard = {
  host: '127.0.0.1',
  port: 8787,
  tlsCert: undefined,
  tlsKey: undefined,
  trustProxy: [],
  allowInsecure: false,
};
const read = (change: Partial<Parameters<typeof readListening>[0]>) =>
  readListening({ ...standard, ...change }, (name) => `--${name}`);

let folder: string;
let own: CertificateFiles;
let other: CertificateFiles;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-tls-'));
  own = await makeCertificate(folder, 'own');
  other = await makeCertificate(folder, 'other');
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('%s needs no TLS', (host) => {
  expect(read({ host })).toMatchObject({ ok: true, value: { tls: undefined } });
});

test.each(['0.0.0.0', '::', '10.1.2.3', '128.0.0.1', 'fe80::1', 'localhost.example', '127.0.0.x'])(
  '%s is refused without TLS, unless that is wanted',
  (host) => {
    expect(read({ host })).toEqual({
      ok: false,
      error:
        `--host is "${host}", which other computers reach; allowed without TLS is a loopback address: ` +
        `set tlsCert and tlsKey, or allowInsecure to true where something else protects the way.`,
    });
    expect(read({ host, allowInsecure: true })).toMatchObject({ ok: true, value: { host } });
    expect(read({ host, tlsCert: own.cert, tlsKey: own.key })).toMatchObject({
      ok: true,
      value: { host, tls: { files: own } },
    });
  },
);

test('half a pair, or a wrong one, is a sentence that quotes no key', async () => {
  const garbage = path.join(folder, 'garbage');
  await writeFile(garbage, (await readFile(own.key, 'utf8')).slice(0, 90));
  const nowhere = path.join(folder, 'nowhere');
  const pairs = [
    [own.cert, undefined, '--tlsCert is set; allowed only with tlsKey.'],
    [undefined, own.key, '--tlsKey is set; allowed only with tlsCert.'],
    [nowhere, own.key, `tlsCert is "${nowhere}", which cannot be read: ENOENT.`],
    [own.key, own.key, `tlsCert is "${own.key}", which is no certificate.`],
    [own.cert, garbage, `tlsKey is "${garbage}", which is no private key without a passphrase.`],
    [
      own.cert,
      other.key,
      `tlsKey is "${other.key}", which is not the key of the certificate "${own.cert}".`,
    ],
  ] as const;
  for (const [tlsCert, tlsKey, error] of pairs) {
    expect(read({ tlsCert, tlsKey })).toEqual({ ok: false, error });
  }
});
