import type { Finding } from '../../common/findings.ts';

/** A finding, and what it was found by: an address, the version of TLS. */
export interface Probed {
  readonly finding: Finding;
  readonly value?: string;
}

/** What the server said, or why it could not. `ahead` is how much later its clock is, in seconds. */
export type ServerAnswer =
  | { readonly kind: 'answered'; readonly ahead: number | undefined }
  | { readonly kind: 'other' | 'failing' | 'silent' };

/** The way to the server, each part asked for by itself. Nothing here needs a paired station. */
export interface ServerProbe {
  readonly name: () => Promise<Probed>;
  readonly connection: () => Promise<Probed>;
  readonly server: () => Promise<ServerAnswer>;
}
