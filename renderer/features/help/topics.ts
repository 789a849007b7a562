import type { IconName } from '../../ui/icon.tsx';
import type { HelpArtName } from './help-art.tsx';

interface Help {
  readonly icon: IconName;
  /** One drawing for each of the three steps. */
  readonly art: readonly [HelpArtName, HelpArtName, HelpArtName];
}

/** What can be wrong with a key, in the order of how often it is. The words are in `helpPanel`. */
export const topics = {
  nothing: { icon: 'scan-search', art: ['push-in', 'other-port', 'start'] },
  mismatch: { icon: 'rotate-ccw', art: ['dots', 'two-keys', 're-insert'] },
  blocked: { icon: 'ban', art: ['re-insert', 'spare', 'phone'] },
  noPin: { icon: 'circle-plus', art: ['phone', 'dots', 'keep'] },
  notMine: { icon: 'user-x', art: ['pull-out', 'spare', 'hand-over'] },
  lost: { icon: 'map-pin-off', art: ['phone', 'spare', 'found'] },
} satisfies Record<string, Help>;
export type Topic = keyof typeof topics;
