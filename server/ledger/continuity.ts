import { toHex } from '../../common/bytes.ts';
import type { Checkpoint } from '../../common/checkpoint.ts';
import { readContinuation } from '../../common/continuation.ts';
import { unreachable } from '../../common/result.ts';
import type { LedgerReader } from '../store/ledger-store.ts';
import { treeReader } from './tree-reader.ts';
import { type Renewal, type Trust, comparableSize, judgeTrust } from '../../common/trust.ts';

/** Is the tree in the database the one that somebody saw, grown? */
async function continuity(
  store: Pick<LedgerReader, 'tile' | 'records'>,
  seen: Checkpoint,
  tree: { readonly origin: string; readonly size: number },
): Promise<Trust> {
  const renewals = await renewalsIn(store);
  const size = comparableSize(seen, tree.origin, renewals);
  const root =
    size === undefined || size > tree.size ? undefined : await treeReader(store).root(size);
  return judgeTrust(seen, tree, renewals, () => (root === undefined ? root : toHex(root)));
}

/**
 * The same of what this server has shown. False: the database was put back to an earlier state. Throws where it
 * holds another tree of the same size: nothing may be signed over that.
 */
export async function isContinued(...args: Parameters<typeof continuity>): Promise<boolean> {
  const verdict = await continuity(...args);
  switch (verdict) {
    case 'holds':
    case 'lost-in-restore':
      return true;
    case 'cut-off':
    case 'other-log':
      return false;
    case 'rewritten':
      throw new Error(`the tree of ${args[1].size} leaves is not the one that was shown`);
    default:
      return unreachable(verdict);
  }
}

/** Each new origin that the tree began. */
export async function renewalsIn(store: Pick<LedgerReader, 'records'>): Promise<Renewal[]> {
  const renewals: Renewal[] = [];
  for (const { record, leaf } of await store.records()) {
    const read = readContinuation(Buffer.from(record ?? new Uint8Array()).toString('utf8'));
    if (read !== undefined) renewals.push({ ...read, leaf });
  }
  return renewals;
}
