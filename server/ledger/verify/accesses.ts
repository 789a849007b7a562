import type { Credential } from '../../../common/directory.ts';
import { type AccessEvent, accessEvent } from '../../../common/event.ts';
import { FLOORS } from '../../../common/policy.ts';
import { checkAssertion } from '../../domain/assertion.ts';
import { type ProofLedger, judgeProof } from '../../domain/proof.ts';
import { sha256 } from '../../hash.ts';
import type { Finding } from './finding.ts';

interface Access {
  readonly leaf: number;
  readonly event: AccessEvent;
  /** Hash of the place it is bound to; undefined when there is none such. */
  readonly head: string | undefined;
  /** Whether a place of its journal has no body any more. */
  readonly isRemoved: (seq: number) => boolean;
}

/** Signatures are checked this many at a time. */
const BATCH = 256;

/**
 * Verifies again, as the server did when they came, that each access was opened by the member's key at its
 * place of the journal: with PIN, or in a grace after one. Whether policy gave that grace only the server's
 * own verdict says: an export holds no policies.
 */
export function createAccessCheck(options: {
  readonly rpId: string;
  readonly credentials: readonly Credential[];
  /** The server has said so itself. */
  readonly isUnproven: (leaf: number) => boolean;
}) {
  const credentials = new Map(options.credentials.map((one) => [one.id, one]));
  const used = usedProofs();
  let waiting: Access[] = [];
  let checked = 0;

  async function judge(): Promise<Finding | undefined> {
    const batch = waiting;
    waiting = [];
    const assertions = await Promise.all(
      batch.map(async ({ event }) =>
        event.proof === undefined
          ? undefined
          : checkAssertion(
              event,
              event.proof,
              credentials.get(event.proof.credential),
              options.rpId,
              sha256,
            ),
      ),
    );
    for (const [index, { leaf, event, head, isRemoved }] of batch.entries()) {
      const received = { event, assertion: assertions[index] };
      const fate = judgeProof(received, () => head, used.of(event, isRemoved));
      if (fate.kind === 'verified') checked += 1;
      else if (!options.isUnproven(leaf)) {
        return { kind: 'unproven', leaf, event, reason: fate.reason };
      }
    }
    return undefined;
  }

  return {
    /** Takes note of an access; the first that fails is told by a later call. */
    async add(
      text: string,
      leaf: number,
      hashAt: (seq: number) => string | undefined,
      isRemoved: (seq: number) => boolean,
    ): Promise<Finding | undefined> {
      const parsed = accessEvent.safeParse(JSON.parse(text));
      if (!parsed.success) return { kind: 'unreadable', leaf };
      const event = parsed.data;
      const bound = event.proof?.boundSeq;
      const head = bound === undefined ? undefined : hashAt(bound);
      waiting.push({ leaf, event, head, isRemoved });
      return waiting.length < BATCH ? undefined : judge();
    },
    rest: judge,
    checked: () => checked,
  };
}

/** No grace reaches from the one access to the other. */
const isPast = (pin: AccessEvent, event: AccessEvent): boolean =>
  pin.boot !== event.boot || event.mono - pin.mono > 2 * FLOORS.graceSeconds * 1000;

/** What earlier proofs have used up: nonces anywhere, counters in one journal and anywhere. */
function usedProofs() {
  const nonces = new Set<string>();
  const last = new Map<string, number>();
  const shown = new Set<string>();
  /** Accesses with PIN that a grace can still follow, by journal and place. */
  const pins = new Map<string, Map<number, AccessEvent>>();
  return {
    of({ station, epoch }: AccessEvent, isRemoved: (seq: number) => boolean): ProofLedger {
      const key = (credential: string) => `${station} ${epoch} ${credential}`;
      const given = pins.get(`${station} ${epoch}`) ?? new Map<number, AccessEvent>();
      pins.set(`${station} ${epoch}`, given);
      return {
        sha256,
        isNonceUsed: (nonce) => nonces.has(nonce),
        lastCounter: (credential) => last.get(key(credential)) ?? 0,
        wasCounterShown: (credential, counter) => shown.has(`${credential} ${counter}`),
        pinAt: (seq) => given.get(seq) ?? (isRemoved(seq) ? 'removed' : undefined),
        // The compiled limit holds all the same.
        graceAt: () => Infinity,
        note(event, { nonce, credential }, { counter, isUserVerified }) {
          nonces.add(nonce);
          last.set(key(credential), counter);
          shown.add(`${credential} ${counter}`);
          for (const [seq, pin] of given) if (isPast(pin, event)) given.delete(seq);
          if (isUserVerified) given.set(event.seq, event);
        },
      };
    },
  };
}
