import { isIP } from 'node:net';
import * as z from 'zod';
import {
  type Fields,
  type Values,
  flag,
  list,
  optional,
  path,
  text,
  textLike,
  whole,
} from './field.ts';

/** An address, or a range of them as `10.0.0.0/8`. */
const addresses = z.string().refine((value) => {
  const [address = '', bits, more] = value.split('/');
  const size = { 4: 32, 6: 128 }[isIP(address)];
  if (size === undefined || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= size);
});

/**
 * What a server can be told, whichever command runs: in `wardlock-server.json` under its name, in the
 * environment as `WARDLOCK_NAME`, on the command line as `--name`. docs/operations.md explains each.
 */
export const settings = {
  data: path('a folder'),
  database: optional({
    ...textLike(
      /^postgres(ql)?:\/\/\S+$/,
      'a PostgreSQL address, postgres://USER:PASSWORD@HOST:PORT/NAME',
    ),
    secret: true as const,
  }),
  host: { ...text('a host name or an address of this computer', 253), otherwise: '127.0.0.1' },
  port: { ...whole(0, 65_535), otherwise: 8787 },
  tlsCert: optional(path('a PEM file with the certificate, then those of its authority')),
  tlsKey: optional(path('a PEM file with the private key of the certificate')),
  trustProxy: {
    ...list(addresses, 'addresses of proxies, or ranges such as 10.0.0.0/8'),
    otherwise: [],
  },
  allowInsecure: flag,
  stationRequestsPerMinute: { ...whole(1, 1_000_000), otherwise: 6000 },
  addressRequestsPerMinute: { ...whole(1, 1_000_000), otherwise: 12_000 },
  stopSeconds: { ...whole(1, 3600), otherwise: 30 },
  metricsToken: optional({
    ...textLike(/^[\x21-\x7e]{16,256}$/, '16 to 256 characters without spaces'),
    secret: true as const,
  }),
} as const satisfies Fields;

export type SettingName = keyof typeof settings;
export type Settings = Values<typeof settings>;

/** The name of the file that is looked for in the data folder. */
export const CONFIG_FILE = 'wardlock-server.json';
