export interface DemoPerson {
  /** Member id, a UUID. */
  readonly id: string;
  /** The name as shown. */
  readonly name: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly title?: string;
  readonly role: string;
  /** Six digits, of a simulated key only. */
  readonly pin: string;
}
export const demoPeople: readonly DemoPerson[];

export interface DemoCredential {
  readonly person: string;
  readonly id: string;
  readonly publicKey: string;
  readonly userHandle: string;
}
export function demoPractice(options: {
  readonly credentials: readonly DemoCredential[];
  readonly appUrl: string;
  readonly appHosts?: readonly string[];
  readonly policy?: Readonly<Record<string, unknown>>;
}): { readonly practice: string; readonly groups: readonly { readonly name: string }[] };
