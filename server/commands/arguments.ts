import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Result, err, ok } from '../../common/result.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const whole = (min: number, max: number) => ({
  schema: z.coerce.number().int().min(min).max(max),
  allowed: `a whole number from ${min} to ${max}`,
});
const text = (allowed: string, max: number) => ({ schema: z.string().min(1).max(max), allowed });

/** Each option: what it may be, how that is said, and where a missing one comes from. */
const data = { ...text('a folder', 4096), from: 'WARDLOCK_DATA' };
const commands = {
  serve: { data, port: { ...whole(0, 65_535), from: 'WARDLOCK_PORT', otherwise: '8787' } },
  seed: { data, file: text('a practice.json file', 4096) },
  'pairing-code': {
    data,
    group: text('the name of a station group', 60),
    count: { ...whole(1, 10_000), otherwise: '1' },
    hours: { ...whole(1, 24 * 31), otherwise: '24' },
  },
} as const;

interface Option {
  readonly schema: z.ZodType<string | number>;
  readonly allowed: string;
  /** Environment variable. */
  readonly from?: string;
  readonly otherwise?: string;
}
type Values<T> = {
  readonly [K in keyof T]: T[K] extends { readonly schema: z.ZodType<infer V> } ? V : never;
};
export type Command = {
  [K in keyof typeof commands]: { readonly name: K } & Values<(typeof commands)[K]>;
}[keyof typeof commands];

/** Reads the command line. The error is one sentence that names field, value and what is allowed. */
export function readCommand(argv: readonly string[], env: Environment): Result<Command, string> {
  const [name, ...rest] = argv;
  switch (name) {
    case 'serve': {
      const values = readOptions(name, commands[name], rest, env);
      return values.ok ? ok({ name, ...values.value }) : values;
    }
    case 'seed': {
      const values = readOptions(name, commands[name], rest, env);
      return values.ok ? ok({ name, ...values.value }) : values;
    }
    case 'pairing-code': {
      const values = readOptions(name, commands[name], rest, env);
      return values.ok ? ok({ name, ...values.value }) : values;
    }
    default:
      return err(
        `The command is ${shown(name)}; allowed is one of ${Object.keys(commands).join(', ')}.`,
      );
  }
}

function readOptions<T extends Readonly<Record<string, Option>>>(
  command: string,
  options: T,
  args: readonly string[],
  env: Environment,
): Result<Values<T>, string> {
  const names = Object.keys(options);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    const isKnown =
      token.kind === 'option' && token.rawName.startsWith('--') && token.name in options;
    if (!isKnown) {
      const argument = token.kind === 'option' ? token.rawName : token.value;
      const allowed = names.map((one) => `--${one}`).join(', ');
      return err(`${command} does not take ${shown(argument)}; allowed are ${allowed}.`);
    }
    given.set(token.name, token.value);
  }
  const values: Record<string, unknown> = {};
  for (const [name, { schema, allowed, from, otherwise }] of Object.entries(options)) {
    const inherited = from === undefined ? undefined : env[from];
    const value = given.has(name) ? given.get(name) : (inherited ?? otherwise);
    const field = given.has(name) || inherited === undefined ? `--${name}` : from;
    const parsed = schema.safeParse(value === '' ? undefined : value);
    if (!parsed.success) return err(`${field} is ${shown(value)}; allowed is ${allowed}.`);
    values[name] = parsed.data;
  }
  // Every option of T was parsed by its own schema just above.
  return ok(values as Values<T>);
}

const shown = (value: string | undefined) => (value === undefined ? 'missing' : `"${value}"`);
