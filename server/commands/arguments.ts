import { parseArgs } from 'node:util';
import { type Result, err, ok } from '../../common/result.ts';
import { type Field, type Fields, optionOf } from '../config/field.ts';
import { type Sources, missing, parse, resolveSettings } from '../config/resolve.ts';
import { settings } from '../config/settings.ts';
import { describeAll, describeOne } from './help.ts';
import type { Program, Where } from './program.ts';

export type Command =
  | {
      readonly kind: 'run';
      readonly program: Program;
      readonly values: Readonly<Record<string, unknown>>;
      readonly where: Where;
    }
  | { readonly kind: 'help'; readonly text: string };

/** Reads the command line. The error is one sentence that names field, value and what is allowed. */
export function readCommand(
  argv: readonly string[],
  programs: readonly Program[],
  world: Omit<Sources, 'options'>,
): Result<Command, string> {
  const isHelp = argv[0] === 'help' || argv.includes('--help') || argv.includes('-h');
  const program = programNamed(argv, programs);
  if (program === undefined) {
    if (isHelp) return ok({ kind: 'help', text: describeAll(programs) });
    return err(unknown(argv, programs));
  }
  if (isHelp) return ok({ kind: 'help', text: describeOne(program) });

  const given = readOptions(program, argv.slice(program.name.split(' ').length));
  if (!given.ok) return given;
  const fromSettings = resolveSettings(program.settings, { ...world, options: given.value });
  if (!fromSettings.ok) return fromSettings;
  const values: Record<string, unknown> = { ...fromSettings.value.values };
  for (const [name, field] of Object.entries(program.options)) {
    const text = given.value.get(name);
    const where = optionOf(name);
    const value =
      text === undefined ? missing(field, where) : parse(field, field.fromText(text), where);
    if (!value.ok) return value;
    values[name] = value.value;
  }
  return ok({ kind: 'run', program, values, where: fromSettings.value.where });
}

/** The longest name wins: `admin station list` is not `admin` with two words too many. */
function programNamed(argv: readonly string[], programs: readonly Program[]): Program | undefined {
  const line = `${argv.join(' ')} `;
  return programs
    .filter(({ name }) => line.startsWith(`${name} `))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

function unknown(argv: readonly string[], programs: readonly Program[]): string {
  const words = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0).join(' ');
  const family = programs.filter(({ name }) => name.startsWith(`${argv[0]} `));
  const names = (family.length > 0 ? family : programs).map(({ name }) => name).join(', ');
  const said = words === '' ? 'missing' : JSON.stringify(words);
  return `The command is ${said}; allowed is one of ${names}.`;
}

/**
 * A word with one dash before it is no option: we have none of that kind, and ids in base64url begin so. No
 * argument of a process can hold the mark.
 */
const MARK = '\0';
const masked = (word: string): string => (/^-(?!-)/.test(word) ? MARK + word : word);
const unmasked = (word: string): string => (word.startsWith(MARK) ? word.slice(1) : word);

/** Texts by field name. */
function readOptions(
  program: Program,
  args: readonly string[],
): Result<ReadonlyMap<string, string>, string> {
  const fields = fieldsOf(program);
  const byOption = new Map(Object.entries(fields).map(([name]) => [optionOf(name).slice(2), name]));
  const { tokens } = parseArgs({
    args: args.map(masked),
    options: Object.fromEntries(
      [...byOption].map(([option, name]) => [
        option,
        { type: fields[name]?.flag ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (program.positional === undefined || given.has(program.positional)) {
        return err(notTaken(program, unmasked(token.value), byOption));
      }
      given.set(program.positional, unmasked(token.value));
      continue;
    }
    const name = byOption.get(token.name);
    if (name === undefined) return err(notTaken(program, token.rawName, byOption));
    const field = fields[name];
    const value = token.value ?? (field?.flag ? 'true' : undefined);
    if (value === undefined || value === '') {
      const said = value === '' ? '""' : 'missing';
      return err(`${token.rawName} is ${said}; allowed is ${field?.allowed}.`);
    }
    given.set(name, unmasked(value));
  }
  return ok(given);
}

function notTaken(program: Program, word: string, options: ReadonlyMap<string, string>): string {
  const allowed = [...options.keys()].map((option) => `--${option}`).join(', ');
  return `${program.name} does not take ${JSON.stringify(word)}; allowed are ${allowed}.`;
}

const configFile: Field = {
  ...settings.data,
  allowed: 'a JSON file',
};

function fieldsOf(program: Program): Fields {
  const fields: Record<string, Field> = {};
  for (const name of program.settings) fields[name] = settings[name];
  if (program.settings.length > 0) fields['config'] = configFile;
  return { ...fields, ...program.options };
}
