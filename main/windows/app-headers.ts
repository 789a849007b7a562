import { isLoopback } from '../../common/loopback.ts';

/** Headers by name; Electron gives lists for answers, single values for requests. */
export type HeaderMap = Readonly<Record<string, string | string[]>> | undefined;

/**
 * What no page of a clinical app may use, whatever its own headers say. Main refuses permissions as well, but
 * not all of these reach it: in Chromium 114 a page that asks for a USB device ends the browser process.
 * https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md
 */
const RIGHTS = (
  'accelerometer ambient-light-sensor battery bluetooth camera clipboard-read display-capture fullscreen ' +
  'gamepad geolocation gyroscope hid identity-credentials-get idle-detection local-fonts magnetometer ' +
  'microphone midi otp-credentials payment publickey-credentials-create publickey-credentials-get ' +
  'screen-wake-lock serial storage-access usb window-management xr-spatial-tracking'
)
  .split(' ')
  .map((feature) => `${feature}=()`)
  .join(', ');

/** Values of a header; names come in any spelling. */
export const headerValues = (headers: HeaderMap, name: string): readonly string[] =>
  Object.entries(headers ?? {}).flatMap(([key, values]) =>
    key.toLowerCase() === name ? values : [],
  );

/** A host as CSP can name it; of others ("[::1]") a page reaches its own. */
const CSP_HOST = /^[a-z0-9._-]+(:\d+)?$/;

/**
 * Where scripts may connect to, for what main is not asked about: WebSockets of shared workers
 * (https://github.com/electron/electron/issues/47857), WebTransport.
 */
function connections(hosts: readonly string[]): string {
  const reached = hosts
    .filter((host) => CSP_HOST.test(host))
    .flatMap((host) => {
      const isLocal = isLoopback(host.replace(/:\d+$/, ''));
      return ['https', 'wss', ...(isLocal ? ['http', 'ws'] : [])].map(
        (scheme) => `${scheme}://${host}`,
      );
    });
  return `connect-src ${["'self'", 'blob:', 'data:', ...new Set(reached)].join(' ')}`;
}

/** The headers of an answer to a clinical app, with what they may not loosen; `hosts` are those of policy. */
export function appHeaders(
  given: HeaderMap,
  hosts: readonly string[],
): Record<string, string | string[]> {
  const replaced = ['content-security-policy', 'permissions-policy'];
  const kept = Object.entries(given ?? {}).filter(([key]) => !replaced.includes(key.toLowerCase()));
  return {
    ...Object.fromEntries(kept),
    // Ours alone: a browser drops the whole header for one part that it cannot read (RFC 8941, 4.2).
    'permissions-policy': [RIGHTS],
    // No modal dialogs of the system: print() would open one over the curtain. No downloads: where main refuses
    // one, Chromium has written it to a temporary file already, and deletes that. (Popups are refused, and told,
    // by the window-open handler.)
    'content-security-policy': [
      ...headerValues(given, 'content-security-policy'),
      'sandbox allow-scripts allow-same-origin allow-forms allow-popups',
      connections(hosts),
    ],
  };
}
