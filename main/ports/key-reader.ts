import type { KeyCommand, KeyEvent } from '../../native/key-protocol.ts';

/** The key process as the app sees it. `crashed` comes when it died; it is then started again. */
export interface KeyReader {
  send(command: KeyCommand): void;
  listen(listener: (event: KeyEvent | { readonly kind: 'crashed' }) => void): void;
  close(): void;
}
