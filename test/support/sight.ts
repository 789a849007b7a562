import type { Page } from '@playwright/test';

/** Controls that a person can work, in the order of the document. */
const CONTROLS = 'button, input';

/** What is wrong with how a page is laid out, by name: what is cut off, lies over something else or cannot be reached. */
export const clashes = (page: Page): Promise<readonly string[]> =>
  page.evaluate((controls) => {
    const found: string[] = [];
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    const scrolls = scrollHeight > clientHeight;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} px wide`);

    const ancestors = (element: Element): readonly Element[] =>
      element.parentElement === null ? [element] : [element, ...ancestors(element.parentElement)];
    /** Not what is there for ears only. */
    const isSeen = (element: Element) =>
      element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) &&
      ancestors(element).every((box) => getComputedStyle(box).clipPath !== 'inset(50%)');

    interface Line {
      readonly left: number;
      readonly right: number;
      readonly top: number;
      readonly bottom: number;
    }
    /** The lines of a text, as high as the style makes them: the letters' own box may be much higher. */
    const linesOf = (node: Node, parent: Element): readonly Line[] => {
      const range = document.createRange();
      range.selectNodeContents(node);
      const height = Number.parseFloat(getComputedStyle(parent).lineHeight);
      return [...range.getClientRects()].map(({ left, right, top, bottom }) => {
        const spare = Math.max(0, bottom - top - height) / 2;
        return { left, right, top: top + spare, bottom: bottom - spare };
      });
    };
    const isCut = (lines: readonly Line[], parent: Element): boolean =>
      ancestors(parent).some((box) => {
        const { overflowX, textOverflow } = getComputedStyle(box);
        if (overflowX === 'visible' || textOverflow === 'ellipsis') return false;
        if (box === document.documentElement || box === document.body) return false;
        const { left, right } = box.getBoundingClientRect();
        return lines.some((line) => line.left < left - 1 || line.right > right + 1);
      });
    /** What an ellipsis leaves of a text. */
    const kept = (lines: readonly Line[], parent: Element): readonly Line[] => {
      const short = ancestors(parent).find(
        (box) => getComputedStyle(box).textOverflow === 'ellipsis',
      );
      const end = short?.getBoundingClientRect().right ?? Infinity;
      return lines.map((line) => ({ ...line, right: Math.min(line.right, end) }));
    };

    const words: { readonly text: string; readonly lines: readonly Line[] }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent?.trim() ?? '';
      if (text === '' || parent === null || !isSeen(parent)) continue;
      const lines = linesOf(walker.currentNode, parent);
      const isPastEnd = (line: Line) => !scrolls && line.bottom > innerHeight + 1;
      if (
        isCut(lines, parent) ||
        lines.some((line) => line.top + scrollY < -1 || isPastEnd(line))
      ) {
        found.push(`"${text}" is cut off`);
      }
      // The floor lies over what is scrolled beneath it, and is meant to.
      if (parent.closest('.floor') === null) words.push({ text, lines: kept(lines, parent) });
    }
    const meet = (a: Line, b: Line) => {
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      return width > 2 && height > 0.2 * Math.min(a.bottom - a.top, b.bottom - b.top);
    };
    for (const [index, one] of words.entries()) {
      for (const other of words.slice(index + 1)) {
        if (one.lines.some((a) => other.lines.some((b) => meet(a, b)))) {
          found.push(`"${one.text}" lies over "${other.text}"`);
        }
      }
    }

    for (const control of document.querySelectorAll<HTMLElement>(controls)) {
      if (!isSeen(control)) continue;
      control.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = control.getBoundingClientRect();
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      if (!control.contains(hit)) found.push(`"${control.textContent}" cannot be reached`);
    }
    window.scrollTo(0, 0);
    return found;
  }, CONTROLS);

/** The control that has the focus: its place among all of them, and whether rings show it. */
export const focused = (page: Page) =>
  page.evaluate((controls) => {
    const all = [...document.querySelectorAll(controls)];
    const element = document.activeElement ?? document.body;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return {
      at: all.indexOf(element),
      of: all.length,
      isShown: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    };
  }, CONTROLS);

/** Words whose ink is too near to the colour behind them (WCAG 1.4.3), and controls without an edge (1.4.11). */
export const faint = (page: Page): Promise<readonly string[]> =>
  page.evaluate((controls) => {
    const found: string[] = [];
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const isClear = (colour: string) => channels(colour)[3] === 0;
    /** WCAG's relative luminance of an sRGB colour. */
    const luminance = (colour: string) => {
      const [r = 0, g = 0, b = 0] = channels(colour).map((channel) => {
        const part = channel / 255;
        return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one: string, other: string) => {
      const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const behind = (element: Element | null): string => {
      if (element === null) return getComputedStyle(document.body).backgroundColor;
      const { backgroundColor } = getComputedStyle(element);
      return isClear(backgroundColor) ? behind(element.parentElement) : backgroundColor;
    };
    for (const element of document.body.querySelectorAll('*')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      );
      if (!own || !element.checkVisibility()) continue;
      const ratio = contrast(getComputedStyle(element).color, behind(element));
      if (ratio < 4.5) found.push(`"${element.textContent}" has ${ratio.toFixed(1)} : 1`);
    }
    for (const control of document.querySelectorAll(controls)) {
      const { borderTopStyle, borderTopWidth, borderTopColor } = getComputedStyle(control);
      const isFramed = borderTopStyle !== 'none' && Number.parseFloat(borderTopWidth) >= 2;
      const edge = contrast(borderTopColor, behind(control.parentElement));
      if (!isFramed || edge < 3) found.push(`"${control.textContent}" has no outline`);
      if (control.matches('[aria-current=true]') && Number.parseFloat(borderTopWidth) < 4) {
        found.push(`"${control.textContent}" does not stand out`);
      }
    }
    for (const thing of document.querySelectorAll('.note, .checked.is-bad, .opening, .sheet')) {
      if (getComputedStyle(thing).borderTopStyle === 'none') {
        found.push(`${thing.className} has no edge`);
      }
    }
    return found;
  }, CONTROLS);
