/**
 * What a database says when it is a matter of time: SQLSTATE
 * (https://www.postgresql.org/docs/18/errcodes-appendix.html), SQLite's and Node's codes.
 */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/**
 * The transaction lost to another one and left nothing: serialization failure, deadlock, or a row that
 * somebody else has just written under the same key, which the next try will see.
 */
export const isWorthAnotherTry = (error: unknown): boolean =>
  ['40001', '40P01', '23505'].includes(codeOf(error));

const away = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** The database cannot be reached or written to, starts, stops or has no connection left. */
export function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error);
  return (
    away.has(code) ||
    // A socket in a folder.
    (code === 'ENOENT' &&
      error instanceof Error &&
      'syscall' in error &&
      error.syscall === 'connect') ||
    // Another process keeps the file for too long, or the disk is full or broken.
    /^SQLITE_(BUSY|FULL|IOERR|CANTOPEN)/.test(code) ||
    // Connection exceptions; insufficient resources; operator intervention; system errors; a standby.
    /^(08|53|57|58|25006)/.test(code) ||
    // `pg` has no code for a connection that ends under a query, or that does not come.
    (error instanceof Error &&
      /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/.test(
        error.message,
      ))
  );
}

/** Why a store cannot be opened, in one sentence that says what to do. */
export class StoreRefusal extends Error {}

/** What went wrong while opening a PostgreSQL database: a refusal if its address, or the database, can mend it. */
export function openingFailure(error: unknown, address: string | undefined): Error {
  // Invalid authorization; no such database, or none that may be used.
  const isForOperator = isDatabaseAway(error) || /^(28|3D|42501)/.test(codeOf(error));
  if (!(error instanceof Error)) return new Error('opening failed', { cause: error });
  if (address === undefined || !isForOperator) return error;
  const { host, pathname } = new URL(address);
  const why = error.message === '' ? codeOf(error) : error.message;
  return new StoreRefusal(`The database ${pathname.slice(1)} at ${host} cannot be opened: ${why}.`);
}
