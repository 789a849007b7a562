import type { Cause, EventDraft } from '../../common/event.ts';
import type { Policy } from '../../common/policy.ts';
import { type Access, type Entry, type Notice, type Tap, waiting } from './authentication.ts';
import type { HeldSession, Session } from './session.ts';

/** Why the station opens for nobody, whoever comes. */
export type Stop =
  | 'starting'
  /** Paired, and waiting for an administrator. */
  | 'pending'
  /** The server takes nothing more from this station's key. */
  | 'revoked'
  | 'no-directory'
  | 'outdated'
  | 'journal'
  | 'unsealed'
  | 'fault'
  /** It is being taken down: what is left to send is on its way. */
  | 'closing';

export interface Common {
  readonly policy: Policy;
  readonly stop: Stop | undefined;
  /** Keys plugged in now. */
  readonly keys: number;
  /** Number of the newest attempt; answers to older ones are ignored. */
  readonly attempt: number;
  /** Sessions that are not on screen. */
  readonly held: readonly HeldSession[];
  /** Members who may close Wardlock on this station. */
  readonly administrators: ReadonlySet<string>;
}

export type StationState =
  | (Common & {
      readonly kind: 'locked';
      readonly entry: Entry;
      /** Set between a chosen switch and the next opening. */
      readonly correlation: string | undefined;
    })
  | (Common & {
      readonly kind: 'open';
      readonly session: Session;
      readonly over: Over;
    });

/** What covers the session on screen. */
export type Over =
  | { readonly kind: 'nothing' | 'idle' }
  /** Its member, an administrator, closes the station: what ends is being written down. */
  | { readonly kind: 'closing' }
  | {
      readonly kind: 'key';
      /** The key is being asked whose it is, without PIN and touch, until the deadline (monotonic ms). */
      readonly asking: { readonly attempt: number; readonly deadline: number } | undefined;
      /** Whose key it has proved to be, of those who have a session here. */
      readonly owner: string | undefined;
    };

/** A member whose session may not go on, by the directory. */
export interface Revoked {
  readonly member: string;
  readonly cause: 'member-inactive' | 'key-revoked';
}

export type StationEvent =
  | {
      readonly type: 'directory';
      readonly policy: Policy;
      readonly administrators: ReadonlySet<string>;
      readonly revoked: readonly Revoked[];
    }
  | { readonly type: 'stop'; readonly stop: Stop | undefined }
  | { readonly type: 'keys'; readonly count: number }
  | { readonly type: 'start' }
  | { readonly type: 'key-choose'; readonly attempt: number }
  | {
      readonly type: 'key-ready';
      readonly attempt: number;
      /** Whose key it has proved to be. */
      readonly owner?: string | undefined;
      readonly retries: number;
      readonly minLength: number;
      /** Present where a touch without PIN would do, as far as the key goes. */
      readonly tap?: Tap | undefined;
    }
  | { readonly type: 'pin'; readonly length: number }
  | { readonly type: 'key-touch'; readonly attempt: number }
  | {
      readonly type: 'key-refused';
      readonly attempt: number;
      readonly code: Notice;
      readonly retries?: number;
    }
  | { readonly type: 'key-crashed' }
  | { readonly type: 'asserted'; readonly attempt: number }
  | { readonly type: 'verified'; readonly attempt: number; readonly access: Access }
  | { readonly type: 'not-verified'; readonly attempt: number; readonly notice: Notice }
  | {
      readonly type: 'recorded';
      readonly attempt: number;
      /** Where the access stands in the journal. */
      readonly place: { readonly epoch: string; readonly seq: number };
    }
  | { readonly type: 'not-recorded'; readonly attempt: number }
  | { readonly type: 'cancel' }
  /** With a member: only their session, if it is on screen. */
  | { readonly type: 'lock'; readonly cause: Cause; readonly member?: string }
  | { readonly type: 'idle'; readonly ms: number }
  | { readonly type: 'stay' }
  | { readonly type: 'switch'; readonly correlation: string }
  | { readonly type: 'sign-out'; readonly cause: 'sign-out' | 'remote' }
  /** The member on screen wants to close Wardlock on this station. */
  | { readonly type: 'close' }
  | { readonly type: 'tick' }
  | { readonly type: 'shutdown' };

export type Effect =
  /** Always the first effect of a transition that has it. */
  | { readonly type: 'cover' }
  | {
      readonly type: 'uncover';
      readonly session: string;
      readonly fresh: boolean;
      readonly member: string;
    }
  | { readonly type: 'overlay'; readonly shown: boolean }
  | { readonly type: 'destroy'; readonly session: string }
  /** With an attempt, the answer comes back as recorded / not-recorded. */
  | { readonly type: 'record'; readonly drafts: readonly EventDraft[]; readonly attempt?: number }
  | { readonly type: 'key-begin'; readonly attempt: number }
  | { readonly type: 'key-pin'; readonly attempt: number }
  /** One touch without PIN, by this credential. */
  | { readonly type: 'key-tap'; readonly attempt: number; readonly credential: string }
  | { readonly type: 'key-cancel'; readonly attempt: number }
  | { readonly type: 'verify'; readonly attempt: number }
  /** Always the last effect: the agent ends, and is not started again by itself. */
  | { readonly type: 'end' };

/**
 * `rejected`: the event means nothing here; the state stays as it was. `recording`: an access is being
 * written, bring the event again after its outcome.
 */
export type Transition =
  | { readonly state: StationState; readonly effects: readonly Effect[] }
  | { readonly rejected: 'stale' | 'not-now' | 'stopped' | 'recording' | 'not-permitted' };

export type Locked = Extract<StationState, { kind: 'locked' }>;
export type Open = Extract<StationState, { kind: 'open' }>;

/** Every start, every unparsable state and every crash begins here. */
export const initialState = (policy: Policy): StationState => ({
  kind: 'locked',
  policy,
  stop: 'starting',
  keys: 0,
  attempt: 0,
  held: [],
  administrators: new Set(),
  entry: waiting(),
  correlation: undefined,
});

export type OpenOrLockedEvent = Exclude<
  StationEvent,
  { type: 'directory' | 'stop' | 'keys' | 'tick' | 'shutdown' | 'lock' }
>;
