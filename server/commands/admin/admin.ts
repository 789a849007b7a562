import { userInfo } from 'node:os';
import { type Result, err, ok } from '../../../common/result.ts';
import { type Fields, type Values, flag, optional, text } from '../../config/field.ts';
import { publishDirectory } from '../../directory.ts';
import type { Keys } from '../../keys.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { type Program, program } from '../program.ts';
import { withServer } from '../with-server.ts';

/** What a command has to say: for people, and with --json for programs. */
export interface Answer {
  readonly text: string;
  readonly json: unknown;
}

/** What a change did, as it is recorded: codes and ids, never a secret. */
export interface Deed {
  readonly action: string;
  readonly target: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

const shared = {
  json: flag,
  as: optional(text('the name of the administrator who does this', 120)),
};

interface Spec<O extends Fields> {
  /** Without `admin`. */
  readonly name: string;
  readonly about: string;
  readonly options: O;
  readonly positional?: Extract<keyof O, string>;
}

/** A command that only looks. */
export const adminView = <O extends Fields>(
  spec: Spec<O> & {
    readonly run: (read: Store['read'], values: Values<O>) => Promise<Result<Answer, string>>;
  },
): Program => admin(spec, ({ store }, values) => spec.run(store.read, values));

export interface Admin {
  readonly keys: Keys;
  /** Who does it: `--as`, else the system's user. */
  readonly who: string;
  /** Wall clock, ms. */
  readonly now: number;
}

/**
 * A command that changes something: one transaction holds the change, the new snapshot of each group that
 * it concerns, and the record of who did it. An error leaves nothing of it.
 */
export const adminChange = <O extends Fields>(
  spec: Spec<O> & {
    readonly run: (
      tx: Transaction,
      values: Values<O>,
      by: Admin,
    ) => Promise<Result<Answer & { readonly deeds: readonly Deed[] }, string>>;
  },
): Program =>
  admin(spec, async ({ keys, store }, values, who) => {
    const now = Date.now();
    try {
      const done = await store.write(async (tx) => {
        const outcome = await spec.run(tx, values, { keys, who, now });
        if (!outcome.ok) throw new Refused(outcome.error);
        for (const deed of outcome.value.deeds) await tx.addAdminAction(who, deed, now);
        if (outcome.value.deeds.length > 0) await publishDirectory(tx, keys, now);
        return outcome.value;
      });
      return ok(done);
    } catch (error) {
      if (error instanceof Refused) return err(error.message);
      throw error;
    }
  });

/** Takes the transaction back with it. */
class Refused extends Error {}

/** A command on the server in a folder. */
export function admin<O extends Fields>(
  spec: Spec<O>,
  run: (
    server: { readonly keys: Keys; readonly store: Store },
    values: Values<O>,
    who: string,
  ) => Promise<Result<Answer, string>>,
): Program {
  const options: O & typeof shared = { ...spec.options, ...shared };
  return program({
    name: `admin ${spec.name}`,
    about: spec.about,
    settings: ['data', 'database'],
    options,
    ...(spec.positional === undefined ? {} : { positional: spec.positional }),
    run: (values) =>
      withServer(values, async (server) => {
        const { as, json } = values as Values<typeof shared>;
        const answer = await run(server, values, as ?? userInfo().username);
        if (!answer.ok) return answer;
        return ok(json ? JSON.stringify(answer.value.json) : answer.value.text);
      }),
  });
}
