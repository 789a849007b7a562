/**
 * RFC 8785 canonical JSON of a value that came from JSON.parse or a schema. Numbers and strings are what
 * JSON.stringify writes (§3.2.2 takes both from ECMAScript); what is left is the order of the names (§3.2.3:
 * by UTF-16 code units, which is how JavaScript sorts).
 * Throws TypeError for what JSON does not know (functions, numbers that are not finite), and for a name that does
 * not begin with a letter: ours do, and JavaScript would move `10` or `__proto__` to another place.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify(ordered(value));

/** Whether `text`, which JSON.parse turned into `value`, is its canonical form: told without building it again. */
export const isCanonicalJson = (text: string, value: unknown): boolean =>
  // Equal texts alone would not show the order; order alone would not show spaces, escapes and repeated names.
  isOrdered(value) && JSON.stringify(value) === text;

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (isObject(value)) {
    const sorted: Record<string, unknown> = {};
    for (const name of Object.keys(value).sort()) {
      if (!beginsWithLetter(name)) throw new TypeError(`${name} has no place in a canonical form`);
      // Absent and undefined are one thing in an object of ours.
      if (value[name] !== undefined) sorted[name] = ordered(value[name]);
    }
    return sorted;
  }
  return scalar(value);
}

function scalar(value: unknown): unknown {
  const isKnown =
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value));
  if (!isKnown) throw new TypeError(`a ${typeof value} that JSON does not know`);
  return value;
}

function isOrdered(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isOrdered);
  if (!isObject(value)) return true;
  let before: string | undefined;
  for (const name of Object.keys(value)) {
    if (before !== undefined && before >= name) return false;
    if (!isOrdered(value[name])) return false;
    before = name;
  }
  return true;
}

function beginsWithLetter(name: string): boolean {
  const lower = name.charCodeAt(0) | 0x20;
  return lower >= 97 && lower <= 122;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
