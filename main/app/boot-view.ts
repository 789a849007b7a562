import type { CurtainStep, StationView } from '../../preload/contract.ts';

/** What the curtain may say before there is a station: why it opens for nobody, or what it wants first. */
export type BootStep = Extract<CurtainStep, { kind: 'stopped' | 'unpaired' }>;

/** What the pages show before there is a station to show: locked, and why. */
export function bootView(
  facts: Pick<StationView, 'place' | 'language' | 'theme' | 'simulated' | 'unsealed'> & {
    readonly helpPhone: string | undefined;
  },
  revision: number,
  step: BootStep,
): StationView {
  const { helpPhone, ...rest } = facts;
  return {
    ...rest,
    ...(helpPhone === undefined ? {} : { helpPhone }),
    ledgerRefused: false,
    logDisputed: false,
    revision,
    link: { kind: 'none' },
    parked: [],
    screen: { kind: 'curtain', step },
  };
}
