import type { KeyRefusal } from '../common/key-refusal.ts';
import { unreachable } from '../common/result.ts';
import { nodeCrypto } from './crypto.ts';
import { Ceremony, type Refused } from './ctap2/ceremony.ts';
import type { Surroundings } from './ctap2/packet-port.ts';
import { type KeySource, OpenError } from './hid/key-source.ts';
import { type KeyCommand, type KeyEvent, keyCommand } from './key-protocol.ts';

const surroundings: Surroundings = {
  random: nodeCrypto.random,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

interface Attempt {
  readonly number: number;
  /** Undefined while the key is being opened. */
  ceremony: Ceremony | undefined;
  over: boolean;
}

/** Carries out the agent's commands, one attempt at a time, and tells it what keys are there. */
export function keyService(sources: readonly KeySource[], emit: (event: KeyEvent) => void) {
  let attempt: Attempt | undefined;
  const keys = () => sources.flatMap((source) => source.keys());

  for (const source of sources) {
    source.onChanged(() => {
      emit({ kind: 'keys', keys: [...keys()] });
    });
  }

  const finish = (mine: Attempt, refusal?: { code: KeyRefusal; pinRetries?: number | undefined }) => {
    if (mine.over) return;
    mine.over = true;
    mine.ceremony?.close();
    if (attempt === mine) attempt = undefined;
    for (const source of sources) source.setQuiet(false);
    if (refusal) {
      emit({
        kind: 'refused',
        attempt: mine.number,
        code: refusal.code,
        ...(refusal.pinRetries === undefined ? {} : { pinRetries: refusal.pinRetries }),
      });
    }
  };

  const begin = async (number: number, rpId: string) => {
    if (attempt) finish(attempt, { code: 'cancelled' });
    const mine: Attempt = { number, ceremony: undefined, over: false };
    attempt = mine;
    const [key, ...others] = keys();
    if (key === undefined) return finish(mine, { code: 'removed' });
    if (others.length > 0) return finish(mine, { code: 'several-keys' });
    const source = sources.find((candidate) => candidate.keys().includes(key) || candidate.keys().some(({ id }) => id === key.id));
    if (source === undefined) return finish(mine, { code: 'removed' });
    for (const each of sources) each.setQuiet(true);
    try {
      const port = await source.open(key.id);
      if (mine.over) return port.close();
      mine.ceremony = new Ceremony(port, nodeCrypto, surroundings, rpId);
    } catch (error) {
      if (error instanceof OpenError) return finish(mine, { code: error.failure });
      throw error;
    }
    const ready = await mine.ceremony.begin();
    if (mine.over) return;
    if (!ready.ok) return finish(mine, ready.error);
    emit({ kind: 'ready', attempt: number, ...ready.value });
  };

  const present = async (number: number, pin: Uint8Array, clientDataHash: Uint8Array) => {
    const mine = attempt;
    if (mine?.number !== number || mine.ceremony === undefined) {
      pin.fill(0);
      return;
    }
    let touchAsked = false;
    const result = await mine.ceremony.present(pin, clientDataHash, () => {
      if (touchAsked) return;
      touchAsked = true;
      emit({ kind: 'touch', attempt: number });
    });
    if (mine.over) return;
    if (!result.ok) return refused(mine, result.error);
    const { assertion, reports } = result.value;
    finish(mine);
    emit({
      kind: 'assertion',
      attempt: number,
      credentialId: assertion.credentialId,
      authenticatorData: assertion.authenticatorData,
      signature: assertion.signature,
      userHandle: assertion.userHandle,
      reports,
    });
  };

  const refused = (mine: Attempt, { code, retry, pinRetries }: Refused) => {
    if (!retry) return finish(mine, { code, pinRetries });
    emit({
      kind: 'refused',
      attempt: mine.number,
      code,
      ...(pinRetries === undefined ? {} : { pinRetries }),
    });
  };

  const run = (command: KeyCommand): Promise<void> | void => {
    switch (command.kind) {
      case 'begin':
        return begin(command.attempt, command.rpId);
      case 'pin':
        return present(command.attempt, command.pin, command.clientDataHash);
      case 'cancel':
        if (attempt?.number !== command.attempt) return undefined;
        // The agent has moved on: nothing is to be told of this attempt any more.
        attempt.ceremony?.cancel();
        return finish(attempt);
      default:
        return unreachable(command);
    }
  };

  return {
    /** An unexpected failure rejects: the process ends, and the agent locks. */
    async handle(message: unknown): Promise<void> {
      await run(keyCommand.parse(message));
    },
    announce: () => emit({ kind: 'keys', keys: [...keys()] }),
  };
}
