export interface ProvisionedCredential {
  readonly person: string;
  readonly id: string;
  readonly publicKey: string;
  readonly userHandle: string;
}
export function provision(request: {
  readonly rpId: string;
  readonly people: readonly { readonly id: string; readonly name: string; readonly pin: string }[];
}): { readonly keys: readonly object[]; readonly credentials: readonly ProvisionedCredential[] };
