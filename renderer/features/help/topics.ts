import type { CurtainStep } from '../../../preload/contract.ts';
import type { IconName } from '../../ui/icon.tsx';
import type { HelpArtName } from './help-art.tsx';

interface Help {
  readonly icon: IconName;
  /** One drawing for each of the three steps. */
  readonly art: readonly [HelpArtName, HelpArtName, HelpArtName];
  /** What the person can do in the end: try the key again, telephone, or report it. */
  readonly end: 'again' | 'call' | 'report';
}

/** What can be wrong with a key, in the order of how often it is. The words are in `helpPanel`. */
export const topics = {
  nothing: { icon: 'scan-search', art: ['push-in', 'other-port', 'start'], end: 'again' },
  mismatch: { icon: 'rotate-ccw', art: ['dots', 'two-keys', 're-insert'], end: 'again' },
  blocked: { icon: 'ban', art: ['re-insert', 'spare', 'phone'], end: 'again' },
  noPin: { icon: 'circle-plus', art: ['phone', 'dots', 'keep'], end: 'call' },
  notMine: { icon: 'user-x', art: ['pull-out', 'spare', 'hand-over'], end: 'again' },
  lost: { icon: 'map-pin-off', art: ['report', 'phone', 'spare'], end: 'report' },
} satisfies Record<string, Help>;
export type Topic = keyof typeof topics;
export const topicNames = Object.keys(topics) as readonly Topic[];

/** Help begins with what the curtain has just said. */
export function topicOf(step: CurtainStep | undefined): Topic {
  if (step?.kind === 'pin') return step.mismatches > 0 || step.tooShort ? 'mismatch' : 'nothing';
  if (step?.kind !== 'waiting') return 'nothing';
  switch (step.notice) {
    case 'pin-mismatch':
    case 'pin-too-short':
      return 'mismatch';
    case 'pin-blocked':
    case 'pin-locked':
      return 'blocked';
    case 'pin-not-set':
    case 'pin-must-change':
      return 'noPin';
    case 'no-credential':
    case 'unknown-key':
      return 'notMine';
    default:
      return 'nothing';
  }
}
