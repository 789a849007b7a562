import * as z from 'zod';
import { base64urlText, id } from './event.ts';

/**
 * GET /v1/commands?ask=RANDOM&after=NUMBER → 200 `application/jose`: compact JWS of `CommandSheet`, `typ`
 * below, signed for this one question: `ask` comes back in it, so that no older answer can take its place.
 */
export const COMMANDS_JWS_TYP = 'wardlock-commands+jws';
export const MAX_COMMANDS = 20;

const time = z.iso.datetime({ precision: 3 });
const order = {
  /** Counts up per station; a station carries out no number twice and none below one it carried out. */
  number: z.int().positive(),
  issuedAt: time,
  expiresAt: time,
};

/** What the server can make a station do: nothing that opens. */
export const command = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('lock'), ...order }),
  /** This member has tapped in at another station: only their session is locked. */
  z.strictObject({ kind: z.literal('lock-elsewhere'), member: id, ...order }),
  /** An administrator has approved that this disputed epoch is over, and that the journal begins another. */
  z.strictObject({ kind: z.literal('new-epoch'), epoch: id, ...order }),
  /** Ends the session on screen. */
  z.strictObject({ kind: z.literal('sign-out'), ...order }),
]);
export type Command = z.infer<typeof command>;

export const commandSheet = z.strictObject({
  v: z.literal(1),
  station: id,
  ask: base64urlText,
  /** The server's clock when it signed: a wrong clock at the station expires no command. */
  now: time,
  /** Ascending. */
  commands: z.array(command).max(MAX_COMMANDS),
});
export type CommandSheet = z.infer<typeof commandSheet>;

/** POST /v1/commands: what became of one. `nothing`: what it meant was not on the screen. */
export const commandAnswer = z.strictObject({
  number: z.int().positive(),
  outcome: z.enum(['done', 'nothing', 'expired']),
});
export type CommandAnswer = z.infer<typeof commandAnswer>;

/** GET /v1/stream: server-sent events named `hint`. A hint carries nothing but a reason to ask. */
export const streamHint = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('directory'), version: z.int().positive() }),
  z.object({ kind: z.literal('commands'), number: z.int().positive() }),
]);
export type StreamHint = z.infer<typeof streamHint>;

/** The server sends a comment this often; a stream that was silent for three of them is dead. ms. */
export const STREAM_BEAT_MS = 15_000;
