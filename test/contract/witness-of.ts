import { randomBytes } from 'node:crypto';
import { fromBase64url, toBase64url } from '../../common/bytes.ts';
import type { EventDraft } from '../../common/event.ts';
import { verifyEd25519 } from '../../main/adapters/ed25519.ts';
import { sha256 } from '../../main/adapters/sha256.ts';
import { openReceipt } from '../../main/adapters/signed-receipt.ts';
import { createWitness } from '../../main/app/witness.ts';
import type { Transport } from '../../main/ports/transport.ts';
import { cleanups, fastClock, type pairedAgent } from './paired-agent.ts';

export type Agent = Awaited<ReturnType<typeof pairedAgent>>;

/** The witness of an agent, and what it has said. */
export function witnessOf(
  agent: Agent,
  more: { transport?: Pick<Transport, 'receipt'>; keepDays?: number } = {},
) {
  const notes: EventDraft[] = [];
  const faults: (string | undefined)[] = [];
  const witness = createWitness({
    sha256,
    verify: verifyEd25519,
    serverKey: fromBase64url(agent.paired.serverKey.x),
    journal: agent.journal,
    state: agent.state,
    transport: more.transport ?? agent.transport,
    ask: () => toBase64url(randomBytes(16)),
    open: (jws, ask) =>
      openReceipt(jws, agent.paired.serverKey, { station: agent.paired.station, ask }),
    clock: fastClock,
    random: Math.random,
    report: agent.report,
    note(event) {
      notes.push(event);
      agent.append(event);
    },
    believed: (fault) => void faults.push(fault),
    keepDays: () => more.keepDays ?? 3650,
    resend: agent.uploader.resend,
  });
  cleanups.push(() => witness.close());
  witness.start();
  return { witness, notes, faults };
}
