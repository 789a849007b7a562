import * as z from 'zod';
import { base64urlText, id } from './event.ts';
import { shownText } from './shown-text.ts';
import { clinicalApp, policy } from './policy.ts';

export const member = z.strictObject({
  id,
  givenName: shownText(60),
  familyName: shownText(60),
  /** Shown before the name, e.g. "Dr." */
  title: shownText(20).optional(),
  role: shownText(60),
  active: z.boolean(),
  /** Has the console's role of that name: may close Wardlock on a station. */
  administrator: z.literal(true).optional(),
});
export type Member = z.infer<typeof member>;

export const credential = z.strictObject({
  /** Credential id, base64url. */
  id: base64urlText,
  member: id,
  /** COSE_Key bytes, base64url (RFC 9053). */
  publicKey: base64urlText,
  /** WebAuthn user handle on the key, base64url; random, says nothing about the person. */
  userHandle: base64urlText,
  /** Signature counter known to the server. 0 for ever = this key cannot show a clone. */
  counter: z.int().nonnegative(),
  active: z.boolean(),
});
export type Credential = z.infer<typeof credential>;

/** The signed, versioned copy of members, credentials and policy that a station works from. */
export const directorySnapshot = z.strictObject({
  v: z.literal(1),
  /** The group of stations it was made for. */
  group: shownText(60),
  /** Counts up; a station refuses a lower one. */
  version: z.int().positive(),
  issuedAt: z.iso.datetime({ precision: 3 }),
  rpId: z.string().min(1).max(253),
  members: z.array(member).max(100_000),
  credentials: z.array(credential).max(200_000),
  policy,
  apps: z.array(clinicalApp).max(12),
});
export type DirectorySnapshot = z.infer<typeof directorySnapshot>;
