/** Characters of a pairing code: two halves of base32 (RFC 4648), a dot between them. */
const HALF = 16;
const LENGTH = 2 * HALF;
const GROUP = 4;

/** What base32 leaves out because it is misread for a letter. */
const lookAlike: Readonly<Record<string, string>> = { '0': 'O', '1': 'I', '8': 'B' };

/** The code's own characters in what was typed, pasted or read off a paper. */
const significant = (text: string): string =>
  [...text.toUpperCase()]
    .map((character) => lookAlike[character] ?? character)
    .filter((character) => /[A-Z2-7]/.test(character))
    .join('');

/** As it is shown: in fours, the dot in the middle. */
export function shownCode(text: string): string {
  const code = significant(text).slice(0, LENGTH);
  const groups = (half: string) => half.match(new RegExp(`.{1,${GROUP}}`, 'g'))?.join(' ') ?? '';
  const [first, second] = [code.slice(0, HALF), code.slice(HALF)];
  return second === '' ? groups(first) : `${groups(first)} . ${groups(second)}`;
}

/** As the server wants it; undefined while characters are missing. */
export function wholeCode(text: string): string | undefined {
  const code = significant(text);
  return code.length === LENGTH ? `${code.slice(0, HALF)}.${code.slice(HALF)}` : undefined;
}

/** How many characters are still missing. */
export const missing = (text: string): number => LENGTH - significant(text).length;

/** Where the caret stands in the shown code when `before` was in front of it. */
export function caretIn(shown: string, before: string): number {
  const wanted = significant(before).length;
  let seen = 0;
  for (let at = 0; at < shown.length; at += 1) {
    if (seen === wanted) return at;
    if (/[A-Z2-7]/.test(shown.charAt(at))) seen += 1;
  }
  return shown.length;
}
