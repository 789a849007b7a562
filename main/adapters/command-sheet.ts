import { COMMANDS_JWS_TYP, type CommandSheet, commandSheet } from '../../common/command.ts';
import type { Ed25519Jwk } from '../../common/wire.ts';
import { parsedJson, signedPayload } from './server-signed.ts';

/** The commands in a compact JWS if, and only if, the paired server signed it as a sheet of commands. */
export async function openCommandSheet(
  jws: string,
  serverKey: Ed25519Jwk,
): Promise<CommandSheet | undefined> {
  const payload = await signedPayload(jws, serverKey, COMMANDS_JWS_TYP);
  return payload === undefined ? undefined : commandSheet.safeParse(parsedJson(payload)).data;
}
