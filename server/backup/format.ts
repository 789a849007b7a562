import { createHash } from 'node:crypto';
import * as z from 'zod';

/**
 * A backup is gzip of JSON, one a line: the header; with keys, one line for each of their files; for each
 * table a line with its name and columns, then a line for each row; the trailer. The trailer has the
 * SHA-256 of every byte before it, so a file that was cut off or changed is noticed before anything of it
 * is used. Nothing in it depends on the database it came from (ADR 8).
 */
export const header = z.strictObject({
  wardlock: z.literal('backup'),
  v: z.literal(1),
  /** Name of the newest migration of the database it was made from. */
  schema: z.string(),
  at: z.iso.datetime({ precision: 3 }),
  /** RFC 7638 thumbprint of the server's signing key, which stations trust. */
  server: z.string(),
  /** Whether the server's keys are in it. */
  keys: z.boolean(),
});
export type Header = z.infer<typeof header>;

export const keyLine = z.strictObject({ key: z.string(), content: z.string() });

export const tableLine = z.strictObject({ table: z.string(), columns: z.array(z.string()).min(1) });
export type Table = z.infer<typeof tableLine>;

/** Bytes are base64 in an object of their own: whatever else stands in a row is not an object. */
const cell = z.union([
  z.string(),
  z.number(),
  z.null(),
  z.strictObject({ bytes: z.base64() }).transform(({ bytes }) => Buffer.from(bytes, 'base64')),
]);
export const rowLine = z.array(cell);
export type Cell = z.infer<typeof cell>;

export const trailer = z.strictObject({
  rows: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Trailer = z.infer<typeof trailer>;

export const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

export const rowLineOf = (row: readonly unknown[]): string =>
  lineOf(
    row.map((one) =>
      one instanceof Uint8Array ? { bytes: Buffer.from(one).toString('base64') } : one,
    ),
  );

/** Counts and hashes lines as they pass. */
export function sum() {
  const hash = createHash('sha256');
  let rows = 0;
  return {
    add(text: string, ofRows: number): string {
      hash.update(text);
      rows += ofRows;
      return text;
    },
    trailer: (): Trailer => ({ rows, sha256: hash.digest('hex') }),
  };
}
