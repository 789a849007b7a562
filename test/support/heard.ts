import type { Page } from '@playwright/test';

/** What a screen reader is given of one thing on the page. */
export interface Heard {
  readonly role: string;
  readonly name: string;
  readonly description: string;
  /** How a change of it is read out, where it is. */
  readonly live?: 'polite' | 'assertive';
  /** All the words inside. */
  readonly text: string;
}

/** Chromium's own accessibility tree: what it hands to the screen reader, in the order of reading. */
export async function heard(page: Page): Promise<readonly Heard[]> {
  const cdp = await page.context().newCDPSession(page);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  await cdp.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const textOf = (id: string): string => {
    const node = byId.get(id);
    if (node === undefined) return '';
    if (node.role?.value === 'StaticText') return String(node.name?.value ?? '');
    return (node.childIds ?? []).map(textOf).join(' ').replaceAll(/\s+/g, ' ').trim();
  };
  return nodes
    .filter(({ ignored }) => !ignored)
    .map((node) => {
      const live: unknown = node.properties?.find(({ name }) => name === 'live')?.value.value;
      return {
        role: String(node.role?.value ?? ''),
        name: String(node.name?.value ?? ''),
        description: String(node.description?.value ?? ''),
        ...(live === 'polite' || live === 'assertive' ? { live } : {}),
        text: textOf(node.nodeId),
      };
    });
}
