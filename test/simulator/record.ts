/** A credential as the keys file holds it; ids, handles and keys are base64url. */
export interface Credential {
  rpId: string;
  id: string;
  userHandle: string;
  /** PKCS8, P-256. */
  privateKey: string;
  counter: number;
  /** CTAP 2.1 §12.1: 1 UV optional, 2 UV or the credential's id, 3 UV always. */
  credProtect: number;
  userName?: string | undefined;
  userDisplayName?: string | undefined;
  /** false for one that is found by its id only; it does not count against the store. */
  discoverable?: boolean;
  /** hmac-secret's two secrets, without and with UV (§12.5), 64 bytes. */
  hmacSecret?: string | undefined;
}

/** What the key was made to be; a reset does not change it. */
export interface Profile {
  /** A U2F key: it speaks CTAPHID, but no CTAP2. */
  u2fOnly: boolean;
  /** It has a fingerprint sensor. */
  fingerprintSensor: boolean;
  /** Discoverable credentials that fit. */
  maxCredentials: number;
  pinUvAuthProtocols: readonly number[];
  /** `packed`: x5c up to the test root; `other-root`: up to one that nobody pins; `self`: no x5c. */
  attestation: 'packed' | 'other-root' | 'self' | 'none';
  /** Sets BE and BS, as a synced passkey does. */
  backedUp: boolean;
}

/** One key's memory, as it survives unplugging. */
export interface KeyRecord {
  id: string;
  name: string;
  /** For the demonstration page only. */
  pin?: string;
  /** LEFT(SHA-256(PIN), 16), base64. */
  pinHash?: string | undefined;
  /** In code points. */
  pinLength?: number | undefined;
  pinRetries: number;
  forcePinChange: boolean;
  minPinLength: number;
  minPinLengthRpIds: readonly string[];
  alwaysUv: boolean;
  uvRetries: number;
  fingerprints: { id: string; name: string }[];
  credentials: Credential[];
  profile: Profile;
}

export const PIN_RETRIES = 8;
export const UV_RETRIES = 3;
export const FACTORY_MIN_PIN = 4;

const factory = () => ({
  pinRetries: PIN_RETRIES,
  forcePinChange: false,
  minPinLength: FACTORY_MIN_PIN,
  minPinLengthRpIds: [],
  alwaysUv: false,
  uvRetries: UV_RETRIES,
  fingerprints: [],
  credentials: [],
});

const profile: Profile = {
  u2fOnly: false,
  fingerprintSensor: false,
  maxCredentials: 25,
  pinUvAuthProtocols: [2, 1],
  attestation: 'packed',
  backedUp: false,
};

export type PartialRecord = Partial<Omit<KeyRecord, 'profile'>> & {
  readonly profile?: Partial<Profile>;
};

/** Fills in place what a record leaves out with its factory value. */
export const complete = (record: PartialRecord): KeyRecord =>
  Object.assign(record, {
    id: 'key',
    name: 'Key',
    ...factory(),
    ...record,
    profile: { ...profile, ...record.profile },
  });

/** authenticatorReset (§6.6): everything but what the key was made to be. */
export function wipe(record: KeyRecord): void {
  Object.assign(record, factory(), { pinHash: undefined, pinLength: undefined });
  delete record.pin;
}

/** §6.4: some form of user verification has been set up. */
export const isProtected = (record: KeyRecord): boolean =>
  record.pinHash !== undefined || record.fingerprints.length > 0;
