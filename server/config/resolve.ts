import nodePath from 'node:path';
import { type Result, err, ok } from '../../common/result.ts';
import { type Field, type Fields, optionOf, variableOf } from './field.ts';
import { CONFIG_FILE, settings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings are looked for. */
export interface Sources {
  /** By name, from the command line; a flag without a value is `true`. */
  readonly options: ReadonlyMap<string, string>;
  readonly env: Environment;
  /** Working directory. */
  readonly cwd: string;
  /** The content of a file, undefined where there is none; the error is why it cannot be read. */
  readonly readFile: (file: string) => Result<string | undefined, string>;
}

export interface Resolved {
  readonly values: Readonly<Record<string, unknown>>;
  /** How the source of each is called in a sentence. */
  readonly where: (name: string) => string;
}

interface ConfigFile {
  readonly file: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The settings a command wants: option before environment before file before default. The whole file is
 * checked, whatever is wanted of it. The error is one sentence that names field, source, value and what
 * is allowed.
 */
export function resolveSettings(
  wanted: readonly string[],
  sources: Sources,
): Result<Resolved, string> {
  const config = readConfig(sources);
  if (!config.ok) return config;
  const values: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  for (const [name, field] of Object.entries<Field>(settings)) {
    if (!wanted.includes(name)) continue;
    const { where, value, folder } = find(name, field, sources, config.value);
    origins.set(name, where);
    const parsed = value === undefined ? missing(field, where) : parse(field, value, where);
    if (!parsed.ok) return parsed;
    const { value: final } = parsed;
    values[name] =
      field.path && typeof final === 'string' ? nodePath.resolve(folder, final) : final;
  }
  return ok({ values, where: (name) => origins.get(name) ?? name });
}

/** Where a setting is given, as what, and from which folder its path counts. */
function find(
  name: string,
  field: Field,
  { options, env, cwd }: Sources,
  config: ConfigFile | undefined,
): { readonly where: string; readonly value: unknown; readonly folder: string } {
  const given = options.get(name) ?? env[variableOf(name)];
  if (given !== undefined) {
    const where = options.has(name) ? optionOf(name) : variableOf(name);
    return { where, value: field.fromText(given), folder: cwd };
  }
  const inFile = config?.values[name];
  if (config !== undefined && inFile !== undefined) {
    const where = `${name} in ${config.file}`;
    return { where, value: inFile, folder: nodePath.dirname(config.file) };
  }
  // Started in its own folder, a server finds itself.
  const here = name === 'data' && config?.file === nodePath.join(cwd, CONFIG_FILE);
  return { where: optionOf(name), value: here ? cwd : undefined, folder: cwd };
}

/** A value that was not given: the default, or a sentence. */
export function missing(field: Field, where: string): Result<unknown, string> {
  if (field.otherwise !== undefined || field.optional) return ok(field.otherwise);
  return err(`${where} is missing; allowed is ${field.allowed}.`);
}

export function parse(field: Field, value: unknown, where: string): Result<unknown, string> {
  const parsed = field.schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return err(`${where} is ${shown(field, value)}; allowed is ${field.allowed}.`);
}

function shown(field: Field, value: unknown): string {
  if (value === undefined) return 'missing';
  return field.secret ? 'of another form (its value is not shown)' : JSON.stringify(value);
}

/** The file named by option or environment, else the one in the data folder, else the one right here. */
function readConfig(sources: Sources): Result<ConfigFile | undefined, string> {
  const { options, env, cwd, readFile } = sources;
  const named = options.get('config') ?? env['WARDLOCK_CONFIG'];
  const folder = options.get('data') ?? env['WARDLOCK_DATA'] ?? '.';
  const file = nodePath.resolve(cwd, named ?? nodePath.join(folder, CONFIG_FILE));
  const content = readFile(file);
  // A file that is there and cannot be read is not the same as none: its settings may be the strict ones.
  if (!content.ok) return err(`${file} cannot be read: ${content.error}.`);
  if (content.value === undefined) {
    if (named === undefined) return ok(undefined);
    const where = options.has('config') ? '--config' : 'WARDLOCK_CONFIG';
    return err(`${where} is "${named}", which is not there; allowed is a JSON file.`);
  }
  const values = asObject(content.value);
  if (values === undefined) return err(`${file} is not one JSON object.`);
  return checked({ file, values });
}

function checked(config: ConfigFile): Result<ConfigFile, string> {
  const known: Fields = settings;
  for (const [name, value] of Object.entries(config.values)) {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (field === undefined) {
      const allowed = Object.keys(settings).join(', ');
      return err(`${config.file} does not take ${JSON.stringify(name)}; allowed are ${allowed}.`);
    }
    const outcome = parse(field, value, `${name} in ${config.file}`);
    if (!outcome.ok) return outcome;
  }
  return ok(config);
}

function asObject(content: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch {
    // The parser's own message quotes the file, where secrets may be.
    return undefined;
  }
}
