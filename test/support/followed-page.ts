/** A block of a page, as an administrator would work through it. */
export interface Block {
  /** `placeholders`: lines of NAME=value that the reader changes; `sh`: typed as it stands. */
  readonly kind: 'placeholders' | 'sh';
  readonly line: number;
  readonly text: string;
  /** Lines that it prints; `…` stands for anything. */
  readonly prints: readonly string[];
}

/** The blocks of commands of a Markdown page, in order; a block of text behind one is what that prints. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  const fence = /^```(\w*)(?: (\w+))?\n([\s\S]*?)^```$/gm;
  for (const { 1: language, 2: mark, 3: text = '', index } of page.matchAll(fence)) {
    const line = page.slice(0, index).split('\n').length;
    const last = blocks.at(-1);
    if (language === 'sh') {
      blocks.push({ kind: mark === 'placeholders' ? mark : 'sh', line, text, prints: [] });
    } else if (language === 'text') {
      if (last === undefined) throw new Error(`line ${line}: what would print this?`);
      blocks[blocks.length - 1] = { ...last, prints: text.trimEnd().split('\n') };
    }
  }
  return blocks;
}

const assignment = /^([A-Z_]+)=("[^"]*"|\S*)/gm;

/** The block with the values of a reader; throws for a placeholder that they have not, or need not have. */
export function filledIn({ text, line }: Block, values: Readonly<Record<string, string>>): string {
  const wanted = Array.from(text.matchAll(assignment), ([, name = '']) => name);
  const missing = wanted.filter((name) => values[name] === undefined);
  const unknown = Object.keys(values).filter((name) => !wanted.includes(name));
  if (missing.length + unknown.length > 0) {
    throw new Error(
      `line ${line}: no value for ${missing.join()}; none wanted for ${unknown.join()}`,
    );
  }
  return text.replaceAll(assignment, (_all, name: string) => `${name}='${values[name]}'`);
}

/** The documented lines that were not printed. */
export function notPrinted({ prints }: Block, output: string): readonly string[] {
  const lines = output.split('\n');
  return prints.filter((wanted) => {
    const parts = wanted
      .split('…')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    const pattern = new RegExp(`^${parts.join('.*')}$`);
    return !lines.some((line) => pattern.test(line.trimEnd()));
  });
}
