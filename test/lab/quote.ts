/** One word of a POSIX shell command, whatever it holds. */
export const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
