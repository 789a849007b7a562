import { sameText } from '../hash.ts';

const NAME = 'wardlock-console';

/** Strict: no other site can make a browser send it. */
export const consoleCookie = (token: string): string =>
  `${NAME}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${30 * 24 * 3600}`;

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
