import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Result, err, ok } from '../../common/result.ts';

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Certificate chain and private key, PEM, that belong together. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
  readonly validTo: Date;
}

/** Reads and checks the files. The error is a sentence; it never quotes them. */
export function loadTls(files: TlsFiles): Result<Tls, string> {
  const cert = readPem(files.cert, 'tlsCert');
  if (!cert.ok) return cert;
  const key = readPem(files.key, 'tlsKey');
  if (!key.ok) return key;
  const certificate = attempt(() => new X509Certificate(cert.value));
  if (certificate === undefined) return err(`tlsCert is "${files.cert}", which is no certificate.`);
  const privateKey = attempt(() => createPrivateKey(key.value));
  if (privateKey === undefined) {
    return err(`tlsKey is "${files.key}", which is no private key without a passphrase.`);
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    return err(
      `tlsKey is "${files.key}", which is not the key of the certificate "${files.cert}".`,
    );
  }
  return ok({ cert: cert.value, key: key.value, validTo: new Date(certificate.validTo) });
}

function readPem(file: string, name: string): Result<string, string> {
  try {
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return err(`${name} is "${file}", which cannot be read: ${code}.`);
  }
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    // OpenSSL's message can quote what it read.
    return undefined;
  }
}
