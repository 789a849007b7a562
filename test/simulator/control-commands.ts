import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { pinHash } from './client-pin.ts';
import { fault } from './faults.ts';
import { newHmacSecret } from './hmac-secret.ts';
import { cosePublicKey, newPrivateKey } from './keys.ts';
import { toCbor } from './cbor.ts';
import { base64url } from './parameters.ts';
import { type Credential, type KeyRecord, PIN_RETRIES, UV_RETRIES } from './record.ts';
import type { Slot } from './usb-slot.ts';

const key = z.string().optional();

/** What the control channel understands. `key` is an id; without it the inserted key is meant. */
export const controlCommand = z.discriminatedUnion('cmd', [
  z.strictObject({ cmd: z.literal('insert'), key: z.string() }),
  z.strictObject({ cmd: z.literal('remove') }),
  /** Pulls the key and puts it back: consecutive mismatches are forgotten. */
  z.strictObject({ cmd: z.literal('power-cycle') }),
  /** One touch, by an enrolled finger or a stranger's; answers { touched } = it was waited for. */
  z.strictObject({ cmd: z.literal('touch'), finger: z.boolean().default(true) }),
  /** From now on touches come by themselves, so long after they are asked for; or not. */
  z.strictObject({
    cmd: z.literal('set-touch'),
    auto: z.boolean(),
    delayMs: z.int().nonnegative().default(0),
    finger: z.boolean().default(true),
  }),
  /** See faults.ts; null ends it, and so does pulling the key. */
  z.strictObject({ cmd: z.literal('set-fault'), fault }),
  /** Puts a credential on a key, as if it had been registered; answers { id, publicKey, userHandle }. */
  z.strictObject({
    cmd: z.literal('add-credential'),
    key,
    rpId: z.string(),
    userHandle: z.base64url().optional(),
    userName: z.string().optional(),
    credProtect: z.int().min(1).max(3).default(1),
    discoverable: z.boolean().default(true),
  }),
  /** Changes a key's memory. `profile` takes effect when the key is next plugged in. */
  z.strictObject({
    cmd: z.literal('set-key'),
    key,
    /** null: none set. */
    pin: z.string().nullable().optional(),
    pinRetries: z.int().min(0).max(PIN_RETRIES).optional(),
    uvRetries: z.int().min(0).max(UV_RETRIES).optional(),
    forcePinChange: z.boolean().optional(),
    minPinLength: z.int().min(4).max(63).optional(),
    alwaysUv: z.boolean().optional(),
    /** How many fingers are enrolled. */
    fingerprints: z.int().min(0).max(5).optional(),
    credentials: z.array(z.never()).optional(),
    profile: z
      .strictObject({
        u2fOnly: z.boolean(),
        fingerprintSensor: z.boolean(),
        maxCredentials: z.int().nonnegative(),
        pinUvAuthProtocols: z.array(z.union([z.literal(1), z.literal(2)])),
        attestation: z.enum(['packed', 'other-root', 'self', 'none']),
        backedUp: z.boolean(),
      })
      .partial()
      .optional(),
  }),
  z.strictObject({ cmd: z.literal('state') }),
]);

type SetKey = Extract<z.infer<typeof controlCommand>, { readonly cmd: 'set-key' }>;
type AddCredential = Extract<z.infer<typeof controlCommand>, { readonly cmd: 'add-credential' }>;

function setKey(record: KeyRecord, { cmd: _cmd, key: _key, ...change }: SetKey): void {
  const { pin, fingerprints, profile, ...plain } = change;
  const given = Object.entries(plain).filter(([, value]) => value !== undefined);
  Object.assign(record, Object.fromEntries(given));
  if (pin !== undefined) {
    record.pinHash = pin === null ? undefined : pinHash(pin);
    record.pinLength = pin === null ? undefined : [...pin].length;
    if (plain.pinRetries === undefined) record.pinRetries = PIN_RETRIES;
  }
  if (fingerprints !== undefined) {
    record.fingerprints = Array.from({ length: fingerprints }, (_, index) => ({
      id: base64url(Buffer.of(index + 1)),
      name: `Finger ${index + 1}`,
    }));
  }
  if (profile) record.profile = { ...record.profile, ...defined(profile) };
}

const defined = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

function addCredential(slot: Slot, request: AddCredential) {
  const credential: Credential = {
    rpId: request.rpId,
    id: base64url(randomBytes(48)),
    userHandle: request.userHandle ?? base64url(randomBytes(32)),
    privateKey: newPrivateKey(),
    counter: 0,
    credProtect: request.credProtect,
    userName: request.userName,
    discoverable: request.discoverable,
    hmacSecret: newHmacSecret(),
  };
  slot.edit(request.key, (record) => {
    record.credentials = [credential, ...record.credentials];
  });
  const { id, userHandle } = credential;
  return { id, userHandle, publicKey: base64url(toCbor(cosePublicKey(credential.privateKey))) };
}

/** Carries out a command; what it returns goes into the answer. */
export function perform(slot: Slot, json: unknown): object {
  const request = controlCommand.parse(json);
  switch (request.cmd) {
    case 'insert':
      slot.insert(request.key);
      return {};
    case 'remove':
      slot.remove();
      return {};
    case 'power-cycle':
      slot.powerCycle();
      return {};
    case 'touch':
      return { touched: slot.touch(request.finger) };
    case 'set-touch': {
      const { auto, delayMs, finger } = request;
      slot.touchAutomatically(auto ? { delayMs, finger } : undefined);
      return {};
    }
    case 'set-fault':
      slot.setFault(request.fault ?? undefined);
      return {};
    case 'add-credential':
      return addCredential(slot, request);
    case 'set-key':
      slot.edit(request.key, (record) => setKey(record, request));
      return {};
    case 'state':
      return slot.state();
    default:
      return request satisfies never;
  }
}
