import { sameText } from '../hash.ts';

export const CONSOLE_COOKIE = 'wardlock-console';

/** Strict: no other site can make a browser send it. Secure where it came over TLS: only there it goes back. */
export const consoleCookie = (token: string, protocol: string): string =>
  `${CONSOLE_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${30 * 24 * 3600}` +
  (protocol === 'https' ? '; Secure' : '');

/** Is the console's token in the cookie or the authorization header? */
export function hasConsoleToken(
  headers: { readonly cookie?: string | undefined; readonly authorization?: string | undefined },
  token: string,
): boolean {
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  const cookie = (headers.cookie ?? '')
    .split('; ')
    .find((pair) => pair.startsWith(`${CONSOLE_COOKIE}=`))
    ?.slice(CONSOLE_COOKIE.length + 1);
  return sameText(bearer ?? cookie ?? '', token);
}
