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

/** One attempt of the agent; `over` once its last event was sent, or the agent wants no more of it. */
interface Attempt {
  readonly number: number;
  step: 'reading' | 'pin' | 'presenting' | 'over';
  ceremony: Ceremony | undefined;
}

type Refusal = Omit<Refused, 'retry'>;

/** Carries out the agent's commands, one attempt at a time, and tells it what keys are there. */
export function keyService(sources: readonly KeySource[], emit: (event: KeyEvent) => void) {
  let current: Attempt | undefined;
  /** Resolves once the key of the attempt before has been let go of. */
  let released: Promise<void> = Promise.resolve();

  const tellKeys = () => emit({ kind: 'keys', keys: sources.flatMap((source) => source.keys()) });
  for (const source of sources) source.onChanged(tellKeys);

  const setQuiet = (quiet: boolean) => {
    for (const source of sources) source.setQuiet(quiet);
  };

  const tellRefusal = (attempt: number, { code, pinRetries }: Refusal) =>
    emit({ kind: 'refused', attempt, code, ...(pinRetries === undefined ? {} : { pinRetries }) });

  const finish = (mine: Attempt) => {
    if (mine.step === 'over') return;
    mine.step = 'over';
    if (current === mine) current = undefined;
    const { ceremony } = mine;
    const before = released;
    released = (async () => {
      await before;
      await ceremony?.close();
      setQuiet(false);
    })();
  };

  const refuse = (mine: Attempt, refusal: Refusal) => {
    if (mine.step === 'over') return;
    finish(mine);
    tellRefusal(mine.number, refusal);
  };

  const begin = async (number: number, rpId: string) => {
    if (current) refuse(current, { code: 'cancelled' });
    const mine: Attempt = { number, step: 'reading', ceremony: undefined };
    current = mine;
    await released;
    if (mine.step === 'over') return;
    const [choice, ...others] = sources.flatMap((source) =>
      source.keys().map((key) => ({ source, id: key.id })),
    );
    if (choice === undefined) return refuse(mine, { code: 'removed' });
    if (others.length > 0) return refuse(mine, { code: 'several-keys' });
    setQuiet(true);
    try {
      const port = await choice.source.open(choice.id);
      const onGone = () => refuse(mine, { code: 'removed' });
      mine.ceremony = new Ceremony({ port, crypto: nodeCrypto, surroundings, rpId, onGone });
    } catch (error) {
      if (error instanceof OpenError) return refuse(mine, { code: error.failure });
      throw error;
    }
    const isOver = (): boolean => mine.step === 'over';
    // Cancelled while the device was being opened: nobody else knows of it.
    if (isOver()) return mine.ceremony.close();
    const ready = await mine.ceremony.begin();
    if (isOver()) return undefined;
    if (!ready.ok) return refuse(mine, ready.error);
    mine.step = 'pin';
    return emit({ kind: 'ready', attempt: number, ...ready.value });
  };

  const present = async (number: number, pin: Uint8Array, clientDataHash: Uint8Array) => {
    const mine = current;
    if (mine?.number !== number || mine.step !== 'pin' || !mine.ceremony) {
      // Too late, or before the key was ready: this PIN goes nowhere.
      pin.fill(0);
      return;
    }
    mine.step = 'presenting';
    let touchAsked = false;
    const result = await mine.ceremony.present(pin, clientDataHash, () => {
      if (touchAsked) return;
      touchAsked = true;
      emit({ kind: 'touch', attempt: number });
    });
    if (mine.step !== 'presenting') return;
    if (!result.ok) {
      if (!result.error.retry) return refuse(mine, result.error);
      mine.step = 'pin';
      return tellRefusal(number, result.error);
    }
    finish(mine);
    const { credentialId, authenticatorData, signature, userHandle } = result.value.assertion;
    emit({
      kind: 'assertion',
      attempt: number,
      credentialId,
      authenticatorData,
      signature,
      userHandle,
      reports: result.value.reports,
    });
  };

  const run = async (command: KeyCommand): Promise<void> => {
    switch (command.kind) {
      case 'begin':
        return begin(command.attempt, command.rpId);
      case 'pin':
        return present(command.attempt, command.pin, command.clientDataHash);
      case 'cancel':
        // The agent has moved on: nothing is to be told of this attempt any more.
        if (current?.number === command.attempt) finish(current);
        return undefined;
      default:
        return unreachable(command);
    }
  };

  return {
    /** An unexpected failure rejects: the process ends, and the agent locks. */
    async handle(message: unknown): Promise<void> {
      const command = keyCommand.safeParse(message);
      // Nothing of the message is told: there may be a PIN in it.
      if (!command.success) throw new Error('a command outside the protocol');
      await run(command.data);
    },
    tellKeys,
    /** Resolves once no key is held any more. */
    released: () => released,
  };
}
