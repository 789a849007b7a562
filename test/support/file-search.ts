import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** What the simulator and the seed keep by design; everything else is searched. */
const knowing = new Set(['keys.json', 'practice.json']);

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !knowing.has(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** The text within something longer in base64: at each of the three places where it may begin. */
const base64Forms = (text: string): Buffer[] =>
  [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64');
    // The first and the last characters also hold bits of the neighbours.
    const whole = Math.floor(((before + Buffer.byteLength(text)) * 8) / 6);
    return Buffer.from(encoded.slice(Math.ceil((before * 8) / 6), whole));
  });

/** Files below the folder that hold the text, as UTF-8, UTF-16 or base64. */
export async function holding(folder: string, text: string): Promise<string[]> {
  const forms = [Buffer.from(text), Buffer.from(text, 'utf16le'), ...base64Forms(text)];
  const found: string[] = [];
  for (const file of await filesBelow(folder)) {
    // A running program may take its temporary files away meanwhile.
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    if (forms.some((form) => bytes.includes(form))) found.push(path.relative(folder, file));
  }
  return found;
}
