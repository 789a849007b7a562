import { COMMANDS_JWS_TYP, type Command, command, commandSheet } from '../common/command.ts';
import { type Keys, signedBy } from './keys.ts';
import type { CommandRow } from './store/directory-commands.ts';
import type { Transaction } from './store/store.ts';
import { STREAM_NOTICE } from './stream-feed.ts';

export interface Order {
  readonly station: string;
  readonly what:
    | { readonly kind: 'lock' | 'sign-out' }
    | { readonly kind: 'lock-elsewhere'; readonly member: string }
    | { readonly kind: 'new-epoch'; readonly epoch: string };
  readonly by: string;
  /** Wall clock, ms. */
  readonly now: number;
  /** How long it may take to reach the station. */
  readonly seconds: number;
}

/** Gives a station its next command; the number, or undefined when there is no such station. */
export async function giveCommand(tx: Transaction, order: Order): Promise<number | undefined> {
  const { station, what, by, now, seconds } = order;
  const number = await tx.nextCommandNumber(station);
  if (number === undefined) return undefined;
  await tx.addCommand({
    station,
    number,
    kind: what.kind,
    member: what.kind === 'lock-elsewhere' ? what.member : null,
    epoch: what.kind === 'new-epoch' ? what.epoch : null,
    issued_at: new Date(now).toISOString(),
    expires_at: new Date(now + seconds * 1000).toISOString(),
    issued_by: by,
  });
  tx.announce(STREAM_NOTICE);
  return number;
}

/** The sheet that answers one question of one station. */
export async function signSheet(
  rows: readonly CommandRow[],
  question: { readonly station: string; readonly ask: string; readonly now: number },
  keys: Keys,
): Promise<string> {
  const { station, ask, now } = question;
  const sheet = commandSheet.parse({
    v: 1,
    station,
    ask,
    now: new Date(now).toISOString(),
    commands: rows.map(toCommand),
  });
  return signedBy(keys, COMMANDS_JWS_TYP, sheet);
}

const toCommand = (row: CommandRow): Command =>
  command.parse({
    number: row.number,
    kind: row.kind,
    ...(row.member === null ? {} : { member: row.member }),
    ...(row.epoch === null ? {} : { epoch: row.epoch }),
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
  });
