// One plugged-in CTAP 2.1 security key at the level of messages. Written against the spec, from
// node:crypto and a CBOR library; it shares nothing with the client.
import { bioEnrollment } from './bio-enrollment.ts';
import { type CborMap, fromCbor, map, toCbor } from './cbor.ts';
import { clientPin, isPinBlocked } from './client-pin.ts';
import { authenticatorConfig } from './config.ts';
import { credentialManagement } from './credential-management.ts';
import { getAssertion, getNextAssertion } from './get-assertion.ts';
import { MAX_MESSAGE, getInfo } from './get-info.ts';
import type { Touch } from './hand.ts';
import { makeCredential } from './make-credential.ts';
import { isMap } from './parameters.ts';
import { pinProtocol } from './pin-protocol.ts';
import { type PartialRecord, complete } from './record.ts';
import { reset, selection } from './selection-and-reset.ts';
import type { Command, KeyState } from './state.ts';
import { Refusal, STATUS } from './status.ts';
import { tokenStore } from './token.ts';

const commands = new Map<number, Command>([
  [0x01, makeCredential],
  [0x02, getAssertion],
  [0x04, getInfo],
  [0x06, clientPin],
  [0x07, reset],
  [0x08, getNextAssertion],
  [0x09, bioEnrollment],
  [0x0a, credentialManagement],
  [0x0b, selection],
  [0x0d, authenticatorConfig],
]);

function parse(body: Uint8Array): CborMap {
  if (body.length === 0) return map();
  let request: unknown;
  try {
    request = fromCbor(body);
  } catch {
    // Whatever the library minds in it, §8.2 has one code for.
    throw new Refusal(STATUS.invalidCbor);
  }
  if (!isMap(request)) throw new Refusal(STATUS.cborUnexpectedType);
  return request;
}

/**
 * Gives a key power. `record` is its memory: what it leaves out is filled in with the factory value, and
 * `save` is called after each change. `now` is in milliseconds.
 */
export function plugIn(
  record: PartialRecord,
  save: () => void,
  touch: Touch,
  now: () => number = Date.now,
) {
  const memory = complete(record);
  const state: KeyState = {
    record: memory,
    save,
    touch,
    now,
    poweredAt: now(),
    protocols: memory.profile.pinUvAuthProtocols.map(pinProtocol),
    token: tokenStore(now),
    pinMismatches: 0,
    pending: undefined,
    enrolling: undefined,
  };

  return {
    isU2fOnly: () => memory.profile.u2fOnly,
    pinMismatches: () => state.pinMismatches,
    isPinBlocked: () => isPinBlocked(state),
    /** One CTAP2 message in, the answer out, status byte first. `signal` aborts on CTAPHID_CANCEL. */
    async handle(message: Uint8Array, signal: AbortSignal, channel = 0): Promise<Uint8Array> {
      const { pending } = state;
      state.pending = undefined;
      try {
        const command = commands.get(message[0] ?? 0);
        if (!command) throw new Refusal(STATUS.invalidCommand);
        if (message.length > MAX_MESSAGE) throw new Refusal(STATUS.requestTooLarge);
        const request = parse(message.subarray(1));
        const answer = await command(state, request, { channel, signal, pending });
        return Buffer.concat([Buffer.of(STATUS.ok), answer ? toCbor(answer) : Buffer.of()]);
      } catch (error) {
        if (error instanceof Refusal) return Buffer.of(error.code);
        throw error;
      }
    },
  };
}

export type PluggedKey = ReturnType<typeof plugIn>;
