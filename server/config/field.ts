import * as z from 'zod';

/** One option or setting: what it may be, how that is said, and how text becomes its JSON value. */
export interface Field<T = unknown> {
  readonly schema: z.ZodType<T>;
  /** Ends the sentence "… is X; allowed is". */
  readonly allowed: string;
  /** From the command line or the environment. Text of no agreed form stays text, which `schema` refuses. */
  readonly fromText: (text: string) => unknown;
  readonly otherwise?: T;
  /** May be left out, and is undefined then. */
  readonly optional?: true;
  /** Without a value on the command line it is true. */
  readonly flag?: true;
  /** Its value is never shown. */
  readonly secret?: true;
  /** A path: one in a file counts from that file's folder. */
  readonly path?: true;
}

export type Fields = Readonly<Record<string, Field>>;

type Value<F> = F extends { readonly schema: z.ZodType<infer T> }
  ? F extends { readonly optional: true }
    ? T | undefined
    : T
  : never;
export type Values<F> = { readonly [K in keyof F]: Value<F[K]> };

export const text = (allowed: string, max: number) => ({
  schema: z.string().min(1).max(max),
  allowed,
  fromText: (given: string): unknown => given,
});

export const textLike = (pattern: RegExp, allowed: string) => ({
  ...text(allowed, 4096),
  schema: z.string().max(4096).regex(pattern),
});

export const whole = (min: number, max: number) => ({
  schema: z.int().min(min).max(max),
  allowed: `a whole number from ${min} to ${max}`,
  fromText: (given: string): unknown => (/^-?\d{1,15}$/.test(given) ? Number(given) : given),
});

export const path = (allowed: string) => ({ ...text(allowed, 4096), path: true as const });

export const oneOf = <const T extends string>(values: readonly T[]) => ({
  ...text(`one of ${values.join(', ')}`, 4096),
  schema: z.enum(values),
});

export const flag = {
  schema: z.boolean(),
  allowed: 'true or false',
  fromText: (given: string): unknown =>
    given === 'true' || given === 'false' ? given === 'true' : given,
  otherwise: false,
  flag: true as const,
};

export const list = <T extends string>(item: z.ZodType<T>, allowed: string) => ({
  schema: z.array(item).max(1000).readonly(),
  allowed,
  fromText: (given: string): unknown => given.split(',').map((one) => one.trim()),
});

export const optional = <F extends object>(field: F) => ({ ...field, optional: true as const });

/** `tlsCert` → `tls-cert`. */
const dashed = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
export const optionOf = (name: string): string => `--${dashed(name)}`;
export const variableOf = (name: string): string =>
  `WARDLOCK_${dashed(name).replaceAll('-', '_').toUpperCase()}`;
