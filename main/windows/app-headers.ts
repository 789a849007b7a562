/** Headers by name; Electron gives lists for answers, single values for requests. */
export type HeaderMap = Readonly<Record<string, string | string[]>> | undefined;

/**
 * What no page of a clinical app may use, whatever its own headers say. Main refuses permissions as well, but
 * not all of these reach it: in Chromium 114 a page that asks for a USB device ends the browser process.
 * https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md
 */
const REFUSED = (
  'accelerometer ambient-light-sensor battery bluetooth camera clipboard-read display-capture fullscreen ' +
  'gamepad geolocation gyroscope hid identity-credentials-get idle-detection local-fonts magnetometer ' +
  'microphone midi otp-credentials payment publickey-credentials-create publickey-credentials-get ' +
  'screen-wake-lock serial storage-access usb window-management xr-spatial-tracking'
)
  .split(' ')
  .map((feature) => `${feature}=()`);

/** Values of a header; names come in any spelling. */
export const headerValues = (headers: HeaderMap, name: string): readonly string[] =>
  Object.entries(headers ?? {}).flatMap(([key, values]) =>
    key.toLowerCase() === name ? values : [],
  );

/** The headers of an answer to a clinical app, with what they may not loosen. */
export function appHeaders(given: HeaderMap): Record<string, string | string[]> {
  const replaced = ['content-security-policy', 'permissions-policy'];
  const kept = Object.entries(given ?? {}).filter(([key]) => !replaced.includes(key.toLowerCase()));
  return {
    ...Object.fromEntries(kept),
    // Of two values for one feature the later counts (RFC 8941, 3.2).
    'permissions-policy': [[...headerValues(given, 'permissions-policy'), ...REFUSED].join(', ')],
    // No modal dialogs of the system: print() would open one over the curtain. No downloads: where main refuses
    // one, Chromium has written it to a temporary file already, and deletes that. (Popups are refused, and told,
    // by the window-open handler.)
    'content-security-policy': [
      ...headerValues(given, 'content-security-policy'),
      'sandbox allow-scripts allow-same-origin allow-forms allow-popups',
    ],
  };
}
