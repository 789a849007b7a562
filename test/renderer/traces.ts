/**
 * Runs in the page: where one of `secrets` (digits) can be read, as text, as numbers or as bytes, in
 * the document or in anything that React's own data on the elements leads to.
 */
export function tracesOf(secrets: readonly string[]) {
  const hits: string[] = [];
  const note = (where: string, found: boolean) => found && hits.push(where);
  const holds = (list: ArrayLike<unknown>, secret: string) => {
    const all = Array.from(list, Number);
    const runsAt = (at: number, offset: number) =>
      [...secret].every((digit, i) => all[at + i] === Number(digit) + offset);
    return all.some((_, at) => runsAt(at, 0) || runsAt(at, 0x30));
  };

  const markup = document.documentElement.outerHTML;
  note(
    'document',
    secrets.some((secret) => markup.includes(secret)),
  );
  note('field', document.querySelector('input, textarea, [contenteditable]') !== null);

  const queue: (readonly [path: string, value: unknown])[] = [];
  for (const element of document.querySelectorAll('*')) {
    for (const key of Object.keys(element)) {
      if (key.startsWith('__react')) queue.push([key.slice(0, 12), Reflect.get(element, key)]);
    }
  }
  const roots = queue.length;
  const seen = new Set<object>();
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [path, value] = next;
    if (typeof value === 'string') {
      note(
        path,
        secrets.some((secret) => value.includes(secret)),
      );
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    if (value instanceof Node || value === window) continue;
    seen.add(value);
    if (Array.isArray(value) || value instanceof Uint8Array) {
      note(
        path,
        secrets.some((secret) => holds(value, secret)),
      );
    }
    if (ArrayBuffer.isView(value)) continue;
    for (const [key, inner] of Object.entries(value)) {
      queue.push([`${path}.${key}`.slice(-120), inner]);
    }
  }
  return { hits, roots, objects: seen.size };
}
