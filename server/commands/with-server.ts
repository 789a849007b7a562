import { existsSync } from 'node:fs';
import path from 'node:path';
import { err } from '../../common/result.ts';
import { type Keys, SIGNING_KEY, loadKeys } from '../keys.ts';
import { type Store, type StorePlace, openStore } from '../store/store.ts';
import type { Outcome } from './program.ts';

/** The sentence for a folder without a server: a mistyped one must not become a new server by itself. */
export const noServerIn = (data: string): string | undefined =>
  existsSync(path.join(data, SIGNING_KEY))
    ? undefined
    : `--data is "${data}", which holds no server; make one with wardlock-server init.`;

/** Opens the server in a folder for one command, and closes it whatever happens. */
export async function withServer(
  place: StorePlace,
  work: (server: { readonly keys: Keys; readonly store: Store }) => Promise<Outcome>,
): Promise<Outcome> {
  const nothing = noServerIn(place.data);
  if (nothing !== undefined) return err(nothing);
  const keys = await loadKeys(place.data);
  const store = await openStore(place);
  try {
    return await work({ keys, store });
  } finally {
    await store.close();
  }
}
