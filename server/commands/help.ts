import { type Field, optionOf, variableOf } from '../config/field.ts';
import { settings } from '../config/settings.ts';
import type { Program } from './program.ts';

/** Every command in one line each. */
export function describeAll(programs: readonly Program[]): string {
  const width = Math.max(...programs.map(({ name }) => name.length));
  const lines = programs.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return [
    'wardlock-server COMMAND [options]',
    '',
    ...lines,
    '',
    '  COMMAND --help says what a command takes.',
  ].join('\n');
}

/** One command with everything that it takes. */
export function describeOne(program: Program): string {
  const rows = [
    ...Object.entries(program.options).map(([name, field]) => row(name, field, '')),
    ...program.settings.map((name) => row(name, settings[name], `, or ${variableOf(name)}`)),
  ];
  const width = Math.max(0, ...rows.map(([option]) => option.length));
  const positional = program.positional === undefined ? '' : ` ${program.positional.toUpperCase()}`;
  return [
    `wardlock-server ${program.name}${positional} [options]`,
    program.about,
    '',
    ...rows.map(([option, about]) => `  ${option.padEnd(width)}  ${about}`),
  ].join('\n');
}

function row(name: string, field: Field, also: string): readonly [string, string] {
  const { allowed, otherwise } = field;
  const standard = otherwise === undefined ? '' : ` (${JSON.stringify(otherwise)} unless given)`;
  return [optionOf(name), `${allowed}${standard}${also}`];
}
