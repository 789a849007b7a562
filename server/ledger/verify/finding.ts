/** An event as an auditor can look it up; a missing event's type is not known. */
export interface EventName {
  readonly station: string;
  readonly epoch: string;
  readonly seq: number;
  readonly type?: string;
}

/** What can be wrong with the event at a leaf. */
export const findings = {
  edited: 'its bytes are not those that the tree holds',
  deleted: 'it is missing',
  'removed-untold':
    'its body is missing, and no entry of the ledger says that retention has removed it',
  inserted: 'the tree does not hold it',
  swapped: 'it stands where the tree holds another event',
  truncated: 'it and everything after it is missing',
  unreadable: 'it is no event',
  'edited-before': 'the next event of its journal followed another one than this',
  gap: 'events of its journal before it are missing',
  fork: 'its journal has another event at this place',
  unproven: "the member's key did not sign this access at this place",
  'split-view': 'its station had seen another tree than this one',
} as const;

export interface Finding {
  readonly kind: keyof typeof findings;
  /** Place in the tree, from 0. */
  readonly leaf: number;
  /** Where it can still be told. */
  readonly event?: EventName | undefined;
  /** A code that says more. */
  readonly reason?: string;
}

/** The one that stands first in the tree. */
export const firstOf = (findings_: readonly (Finding | undefined)[]): Finding | undefined =>
  findings_
    .filter((one) => one !== undefined)
    .toSorted((a, b) => a.leaf - b.leaf)
    .at(0);
