import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toBase64 } from '../../common/bytes.ts';

/** A case for test/contract/go-verifier/main.go. */
export interface GoCase {
  readonly kind: 'checkpoint' | 'leaf' | 'inclusion' | 'consistency' | 'tile';
  readonly note?: string;
  readonly key?: string;
  readonly origin?: string;
  readonly size?: number;
  readonly index?: number;
  readonly first?: number;
  readonly root?: Uint8Array;
  readonly firstRoot?: Uint8Array;
  readonly leaf?: Uint8Array;
  readonly entry?: Uint8Array;
  readonly proof?: readonly Uint8Array[];
  readonly tiles?: ReadonlyMap<string, Uint8Array>;
}

export interface GoVerifier {
  /** "ok", or why not, for each case. */
  judge(cases: readonly GoCase[]): Promise<string[]>;
  remove(): void;
}

/** Builds a verifier from Debian's golang.org/x/mod: tlog and note of the Go team. */
export function buildGoVerifier(): GoVerifier {
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-go-'));
  const binary = path.join(folder, 'verifier');
  const source = path.resolve(import.meta.dirname, '../contract/go-verifier/main.go');
  const env = {
    ...process.env,
    GO111MODULE: 'off',
    GOPATH: '/usr/share/gocode',
    GOCACHE: path.join(folder, 'cache'),
    CGO_ENABLED: '0',
  };
  execFileSync('go', ['build', '-o', binary, source], { env });
  return {
    judge: (cases) =>
      new Promise((resolve, reject) => {
        const options = { maxBuffer: 64 * 1024 * 1024, timeout: 600_000 };
        const child = execFile(binary, options, (error, stdout) => {
          if (error === null) resolve(stdout.trimEnd().split('\n'));
          else reject(error);
        });
        child.stdin?.end(cases.map((one) => `${JSON.stringify(plain(one))}\n`).join(''));
      }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Byte strings as base64, as Go's encoding/json reads them. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toBase64(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}
