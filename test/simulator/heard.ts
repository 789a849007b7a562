import { fromCbor } from './cbor.ts';
import { isMap } from './parameters.ts';

/** Commands of CTAP 2.1 §6 that have subcommands, and the parameter that names it. */
const subCommandField: Readonly<Record<number, number>> = {
  0x06: 0x02,
  0x09: 0x02,
  0x0a: 0x01,
  0x0d: 0x01,
};

/** The subcommand that a CTAP2 message names, if it can be read at all. */
export function subCommandOf(message: Uint8Array): unknown {
  const field = subCommandField[message[0] ?? 0];
  if (field === undefined) return undefined;
  try {
    const request = fromCbor(message.subarray(1));
    return isMap(request) ? request.get(field) : undefined;
  } catch {
    return undefined;
  }
}

/** What a key was asked since it was plugged in: "2" for getAssertion, "6.9" for clientPIN's ninth. */
export function openRecord() {
  const heard: string[] = [];
  return {
    heard,
    note(message: Uint8Array) {
      const subCommand = subCommandOf(message);
      heard.push(typeof subCommand === 'number' ? `${message[0]}.${subCommand}` : `${message[0]}`);
    },
  };
}
