import type { StationView } from '../../preload/contract.ts';
import type { Stop } from '../domain/station-state.ts';

/** What the pages show before there is a station to show: locked, and why. */
export function bootView(
  facts: Pick<StationView, 'place' | 'language' | 'theme' | 'simulated' | 'unsealed'> & {
    readonly helpPhone: string | undefined;
  },
  revision: number,
  stop: Stop,
): StationView {
  const { helpPhone, ...rest } = facts;
  return {
    ...rest,
    ...(helpPhone === undefined ? {} : { helpPhone }),
    revision,
    link: { kind: 'connecting' },
    parked: [],
    screen: { kind: 'curtain', step: { kind: 'stopped', stop } },
  };
}
