import { sameText } from '../hash.ts';

const NAME = 'wardlock-console';

/** Strict: no other site can make a browser send it. Secure where it came over TLS: only there it goes back. */
export const consoleCookie = (token: string, protocol: string): string =>
  `${NAME}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${30 * 24 * 3600}` +
  (protocol === 'https' ? '; Secure' : '');

/** Is the console's token in the cookie or the authorization header? */
export function hasConsoleToken(
  headers: { readonly cookie?: string | undefined; readonly authorization?: string | undefined },
  token: string,
): boolean {
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  const cookie = (headers.cookie ?? '')
    .split('; ')
    .find((pair) => pair.startsWith(`${NAME}=`))
    ?.slice(NAME.length + 1);
  return sameText(bearer ?? cookie ?? '', token);
}
