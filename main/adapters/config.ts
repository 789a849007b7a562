import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { isLoopback } from '../../common/loopback.ts';
import { type Result, err, ok } from '../../common/result.ts';
import { pairingCode } from '../../common/wire.ts';

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isServerUrl(text: string): boolean {
  const url = urlOf(text);
  if (url === undefined) return false;
  const isPlain =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return (
    isPlain && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))
  );
}

/** How one station is set up, apart from policy. */
export const stationConfig = z.strictObject({
  serverUrl: z.string().refine(isServerUrl),
  /** Needed until the station is paired. */
  pairingCode: pairingCode.optional(),
  /** The station's name, as the curtain shows it. */
  place: z.string().trim().min(1).max(60),
  rpId: z
    .string()
    .max(253)
    .regex(/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/),
  language: z.enum(__LANGUAGES__).default('en'),
  theme: z.enum(['day', 'night']).default('day'),
  /** Go on where the system cannot seal secrets; the station shows it. */
  allowUnsealed: z.boolean().default(false),
  helpPhone: z.string().min(1).max(32).optional(),
});
export type StationConfig = z.infer<typeof stationConfig>;

const allowed: Record<keyof StationConfig, string> = {
  serverUrl:
    'an https address without a path, or http on this computer itself (localhost, 127.0.0.1, [::1])',
  pairingCode: 'a pairing code as the server prints it: 16 characters, a dot, 16 characters',
  place: 'a name of 1 to 60 characters',
  rpId: 'a host name in lower case, without scheme or port',
  language: __LANGUAGES__.map((code) => `"${code}"`).join(' or '),
  theme: '"day" or "night"',
  allowUnsealed: 'true or false',
  helpPhone: 'a telephone number of 1 to 32 characters',
};

export interface ConfigSource {
  readonly packaged: boolean;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Where the configuration lies. A packaged build knows one place, which only an administrator can write:
 * an environment variable could point it at another server.
 */
export function configFile({ packaged, platform, environment }: ConfigSource): string | undefined {
  if (!packaged) return environment['WARDLOCK_CONFIG'];
  // %ProgramData% is an environment variable too.
  return platform === 'win32'
    ? String.raw`C:\ProgramData\Wardlock\station.json`
    : '/etc/wardlock/station.json';
}

/** Data folder named by the environment; a packaged build has its own. */
export const dataFolder = ({ packaged, environment }: ConfigSource): string | undefined =>
  packaged ? undefined : environment['WARDLOCK_DATA'];

/** The configuration, or one sentence for the administrator: field, value, what is allowed. */
export async function loadConfig(source: ConfigSource): Promise<Result<StationConfig, string>> {
  const file = configFile(source);
  if (file === undefined)
    return err('WARDLOCK_CONFIG is not set: it names the station configuration file.');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return err(`The station configuration ${file} cannot be read (${code}): create it as JSON.`);
  }
  return parseConfig(text, file);
}

export function parseConfig(text: string, file: string): Result<StationConfig, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and with it perhaps the pairing code.
    return err(`The station configuration ${file} is not JSON.`);
  }
  const parsed = stationConfig.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return err(`${sentence(parsed.error.issues[0], value)} (${file})`);
}

function sentence(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  if (issue?.code === 'unrecognized_keys') {
    return `${issue.keys.join(', ')} is no field of the station configuration: allowed are ${Object.keys(allowed).join(', ')}.`;
  }
  const field = fieldOf(issue?.path[0]);
  if (field === undefined) return 'The station configuration is not a JSON object.';
  const given = z.record(z.string(), z.unknown()).parse(value)[field];
  if (given === undefined) return `${field} is missing: allowed is ${allowed[field]}.`;
  const shown =
    field === 'pairingCode' ? 'has a wrong value (not shown)' : `is ${JSON.stringify(given)}`;
  return `${field} ${shown}: allowed is ${allowed[field]}.`;
}

const fieldOf = (name: PropertyKey | undefined): keyof StationConfig | undefined =>
  Object.keys(stationConfig.shape).find((field): field is keyof StationConfig => field === name);
