import type { Result } from '../../common/result.ts';
import type { Fields, Values } from '../config/field.ts';
import type { SettingName, Settings } from '../config/settings.ts';

/** What a command has to say at its end; undefined when it has said everything. The error is a sentence. */
export type Outcome = Result<string | undefined, string>;

/** One command of `wardlock-server`: its words, what it takes, what it does. */
export interface Program {
  /** `serve`, `admin station list` */
  readonly name: string;
  readonly about: string;
  readonly settings: readonly SettingName[];
  readonly options: Fields;
  /** The option that may also stand there without its name. */
  readonly positional: string | undefined;
  run(values: Readonly<Record<string, unknown>>, where: Where): Promise<Outcome>;
}

/** How a setting's source is called in a sentence: `--port`, `port in /x/wardlock-server.json`. */
export type Where = (setting: string) => string;

export function program<S extends SettingName, O extends Fields>(spec: {
  readonly name: string;
  readonly about: string;
  readonly settings: readonly S[];
  readonly options: O;
  readonly positional?: Extract<keyof O, string>;
  readonly run: (values: Pick<Settings, S> & Values<O>, where: Where) => Promise<Outcome>;
}): Program {
  return {
    ...spec,
    positional: spec.positional,
    // `readCommand` has parsed each value by its own schema.
    run: (values, where) => spec.run(values as Pick<Settings, S> & Values<O>, where),
  };
}
