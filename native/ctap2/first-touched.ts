import { type Result, err, ok } from '../../common/result.ts';
import type { Ceremony } from './ceremony.ts';
import type { Refused } from './refusal.ts';

/**
 * Of several keys, the one that a hand touches first; `onAsk` is called as each begins to wait for it. A
 * key that drops out (pulled, U2F only, denied) does not end the choice for the others. The caller closes
 * those that were not chosen.
 */
export function firstTouched(
  keys: readonly Ceremony[],
  onAsk: () => void,
): Promise<Result<Ceremony, Refused>> {
  return new Promise((resolve, reject) => {
    const refusals: Refused[] = [];
    const ask = async (key: Ceremony): Promise<void> => {
      const identified = await key.identify();
      if (identified.ok) onAsk();
      const selected = identified.ok ? await key.selected() : identified;
      if (selected.ok) return resolve(ok(key));
      refusals.push(selected.error);
      if (refusals.length === keys.length) resolve(err(mostTelling(refusals)));
    };
    for (const key of keys) ask(key).catch(reject);
  });
}

/** One sentence for all: that nobody touched comes first, that a key was pulled comes last. */
function mostTelling(refusals: readonly Refused[]): Refused {
  return (
    refusals.find(({ code }) => code === 'touch-timeout') ??
    refusals.find(({ code }) => code !== 'removed') ?? { code: 'removed', retry: false }
  );
}
