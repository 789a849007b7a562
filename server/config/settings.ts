import { type Fields, path, whole } from './field.ts';

/**
 * What a server can be told, whichever command runs: in `wardlock-server.json` under its name, in the
 * environment as `WARDLOCK_NAME`, on the command line as `--name`. docs/operations.md explains each.
 */
export const settings = {
  data: path('a folder'),
  port: { ...whole(0, 65_535), otherwise: 8787 },
} as const satisfies Fields;

export type SettingName = keyof typeof settings;

/** The name of the file that is looked for in the data folder. */
export const CONFIG_FILE = 'wardlock-server.json';
