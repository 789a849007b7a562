import { type Result, err } from '../../common/result.ts';
import { loadKeys } from '../keys.ts';
import { createPairingCode } from '../pairing.ts';
import { openStore } from '../store/store.ts';

/** Makes a pairing code: the only place where its secret is ever shown. */
export async function pairingCodeCommand(options: {
  readonly data: string;
  readonly group: string;
  readonly count: number;
  readonly hours: number;
}): Promise<Result<string, string>> {
  const { data, group, count, hours } = options;
  const keys = await loadKeys(data);
  const store = await openStore(data);
  try {
    const code = await createPairingCode(store, keys, {
      group,
      uses: count,
      hours,
      now: Date.now(),
    });
    if (code.ok) return code;
    const { groups } = code.error;
    const allowed = groups.length === 0 ? 'none before seed' : groups.join(', ');
    return err(`--group is "${group}"; allowed is the name of a station group: ${allowed}.`);
  } finally {
    await store.close();
  }
}
