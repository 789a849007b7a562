import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const openssl = (...args: readonly string[]) => promisify(execFile)('openssl', args);

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for 127.0.0.1 that signs itself, made by OpenSSL; and its key. */
export async function makeCertificate(folder: string, name: string): Promise<CertificateFiles> {
  const files = {
    cert: path.join(folder, `${name}.crt`),
    key: path.join(folder, `${name}.key`),
  };
  await openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'],
    ...['-keyout', files.key, '-out', files.cert],
  );
  return files;
}
