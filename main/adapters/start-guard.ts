/** Exit codes of refused starts (sysexits: EX_USAGE, EX_NOPERM). */
const CODES = { option: 64, environment: 64, elevated: 77 } as const;

export interface StartFacts {
  /** The command line without the program. */
  readonly args: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user may do everything on this computer. */
  readonly isElevated: boolean;
  /**
   * The runtime lets itself be inspected: the fuse for it is on, as in the test package only. Where it is
   * off an inspector can neither be asked for nor attached.
   */
  readonly isInspectable: boolean;
}

export interface StartRefusal {
  readonly code: number;
  readonly sentence: string;
}

/** What a test needs to drive the test package. */
const FOR_TESTS = /^--(inspect|remote-debugging-port)=\d+$/;

/** They write down secrets, load foreign code or switch checks off. Windows knows them in any spelling. */
const REFUSED_VARIABLES = new Set(
  (
    'SSLKEYLOGFILE NODE_OPTIONS NODE_TLS_REJECT_UNAUTHORIZED NODE_V8_COVERAGE NODE_DEBUG ' +
    'ELECTRON_RUN_AS_NODE ELECTRON_ENABLE_LOGGING ELECTRON_LOG_FILE LD_PRELOAD LD_AUDIT'
  ).split(' '),
);

/** `--diagnose [--json FILE]`, and FILE is no switch in disguise: on Windows those begin with a slash too. */
function isDiagnosis([first, second, file, ...more]: readonly string[], platform: NodeJS.Platform) {
  if (first !== '--diagnose' || more.length > 0) return false;
  if (second === undefined) return true;
  const isFile = file !== undefined && !(platform === 'win32' ? /^[-/]/ : /^-/).test(file);
  return second === '--json' && isFile;
}

/**
 * Why a packaged agent must not start, if so. It takes one option, `--diagnose`: most of Chromium's could weaken it
 * (debugging, no sandbox, proxies, host rules, certificate errors, key logs), and new ones come with each version.
 */
export function refuseStart(facts: StartFacts): StartRefusal | undefined {
  if (facts.isElevated) {
    return {
      code: CODES.elevated,
      sentence:
        'Wardlock does not run as root or administrator: start it as the station’s own user.',
    };
  }
  const args = facts.args.filter((arg) => !(facts.isInspectable && FOR_TESTS.test(arg)));
  const option = isDiagnosis(args, facts.platform) ? undefined : args[0];
  if (option !== undefined) {
    return {
      code: CODES.option,
      sentence: `${JSON.stringify(option)} is not allowed: a station takes no option but --diagnose [--json FILE].`,
    };
  }
  const variable = Object.entries(facts.environment).find(
    ([name, value]) => REFUSED_VARIABLES.has(name.toUpperCase()) && value !== undefined,
  )?.[0];
  if (variable !== undefined) {
    return {
      code: CODES.environment,
      sentence: `The environment variable ${variable} is set: a station starts without it only.`,
    };
  }
  return undefined;
}

/** Well-known SIDs: the mandatory levels "high" and "system" (Windows, [MS-DTYP] 2.4.2.4). */
const HIGH_LEVELS = /\bS-1-16-(12288|16384)\b/;

/** @param groups what `whoami /groups` prints; asked on Windows only */
export const isElevated = (uid: number | undefined, groups: () => string): boolean =>
  uid === undefined ? HIGH_LEVELS.test(groups()) : uid === 0;
