import { type Result, ok, unreachable } from '../common/result.ts';
import { nodeCrypto } from './crypto.ts';
import { Ceremony, type Presented } from './ctap2/ceremony.ts';
import { firstTouched } from './ctap2/first-touched.ts';
import type { KnownKey } from './ctap2/prove-known.ts';
import type { Refused } from './ctap2/refusal.ts';
import { type KeySource, type OpenFailure, OpenError } from './hid/key-source.ts';
import { type KeyCommand, type KeyEvent, keyCommand } from './key-protocol.ts';
import { surroundings } from './surroundings.ts';

/** One attempt of the agent; `over` once its last event was sent, or the agent wants no more of it. */
interface Attempt {
  readonly number: number;
  step: 'reading' | 'pin' | 'presenting' | 'over';
  /** The keys that are held; one alone once it is chosen. */
  keys: readonly Ceremony[];
  chosen: Ceremony | undefined;
  /** Settles once every key is opened, or let go of again. */
  settled: Promise<unknown>;
}

interface Context {
  readonly rpId: string;
  readonly known: readonly KnownKey[];
  readonly mustProve: boolean;
}

type Refusal = Omit<Refused, 'retry'>;
type Presenting = Promise<Result<Presented, Refused>>;

const closeAll = (keys: readonly Ceremony[]) => Promise.all(keys.map((key) => key.close()));

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
    const before = released;
    released = (async () => {
      await before;
      await mine.settled;
      await closeAll(mine.keys);
      setQuiet(false);
    })();
  };

  const refuse = (mine: Attempt, refusal: Refusal) => {
    if (mine.step === 'over') return;
    finish(mine);
    tellRefusal(mine.number, refusal);
  };

  /** Opens every key that is plugged in; resolves with why some could not be. */
  const openAll = async (mine: Attempt, context: Context): Promise<readonly OpenFailure[]> => {
    const plugged = sources.flatMap((source) => source.keys().map(({ id }) => ({ source, id })));
    const failures: OpenFailure[] = [];
    const open = async ({ source, id }: (typeof plugged)[number]) => {
      try {
        const port = await source.open(id);
        const onGone = () => {
          if (mine.chosen === key) refuse(mine, { code: 'removed' });
        };
        const key: Ceremony = new Ceremony({
          ...context,
          port,
          crypto: nodeCrypto,
          surroundings,
          onGone,
        });
        mine.keys = [...mine.keys, key];
      } catch (error) {
        if (!(error instanceof OpenError)) throw error;
        failures.push(error.failure);
      }
    };
    await Promise.all(plugged.map(open));
    return failures;
  };

  /** One key alone is the one that is meant; beside others it has to be touched. */
  const choose = async (mine: Attempt, isAlone: boolean): Promise<Result<Ceremony, Refused>> => {
    const [only] = mine.keys;
    if (isAlone && only) {
      mine.chosen = only;
      const identified = await only.identify();
      return identified.ok ? ok(only) : identified;
    }
    let isAsked = false;
    const result = await firstTouched(mine.keys, () => {
      if (!isAsked && mine.step !== 'over') emit({ kind: 'choose', attempt: mine.number });
      isAsked = true;
    });
    if (!result.ok || mine.step === 'over') return result;
    const { value: chosen } = result;
    const others = mine.keys.filter((key) => key !== chosen);
    mine.chosen = chosen;
    mine.keys = [chosen];
    mine.settled = closeAll(others);
    return result;
  };

  const begin = async (number: number, context: Context) => {
    if (current) refuse(current, { code: 'cancelled' });
    const mine: Attempt = {
      number,
      step: 'reading',
      keys: [],
      chosen: undefined,
      settled: Promise.resolve(),
    };
    const isOver = (): boolean => mine.step === 'over';
    current = mine;
    await released;
    if (isOver()) return undefined;
    setQuiet(true);
    const opening = openAll(mine, context);
    mine.settled = opening;
    const failures = await opening;
    if (isOver()) return undefined;
    if (mine.keys.length === 0) return refuse(mine, { code: failures[0] ?? 'removed' });
    const choice = await choose(mine, mine.keys.length + failures.length === 1);
    if (isOver()) return undefined;
    if (!choice.ok) return refuse(mine, choice.error);
    const ready = await choice.value.prepare();
    if (isOver()) return undefined;
    if (!ready.ok) return refuse(mine, ready.error);
    mine.step = 'pin';
    const { pinRetries, minPinLength, proven, takesTouch } = ready.value;
    return emit({
      kind: 'ready',
      attempt: number,
      pinRetries,
      minPinLength,
      takesTouch,
      ...(proven === undefined ? {} : { credentialId: proven }),
    });
  };

  const present = async (
    number: number,
    by: (key: Ceremony, onTouch: () => void) => Presenting,
  ) => {
    const mine = current;
    // Too late, or before the key was ready.
    if (mine?.number !== number || mine.step !== 'pin' || !mine.chosen) return;
    mine.step = 'presenting';
    let touchAsked = false;
    const result = await by(mine.chosen, () => {
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
      ...(userHandle === undefined ? {} : { userHandle }),
      reports: result.value.reports,
    });
  };

  const run = async (command: KeyCommand): Promise<void> => {
    switch (command.kind) {
      case 'begin':
        return begin(command.attempt, {
          rpId: command.rpId,
          known: command.known,
          mustProve: command.mustProve ?? false,
        });
      case 'pin':
        try {
          return await present(command.attempt, (key, onTouch) =>
            key.present(command.pin, command.clientDataHash, onTouch),
          );
        } finally {
          // Also of one that came too late to go anywhere.
          command.pin.fill(0);
        }
      case 'touch':
        return present(command.attempt, (key, onTouch) =>
          key.touched(command.clientDataHash, onTouch),
        );
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
