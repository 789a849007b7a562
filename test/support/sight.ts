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

/**
 * Words whose ink is too near to any colour behind them (WCAG 1.4.3), and controls without an edge (1.4.11). axe does not judge words over a pseudo-element,
 * such as the folds of the cloth: here each fold is laid over the cloth, and over them again.
 */
export const faint = (
  page: Page,
): Promise<{ readonly words: readonly string[]; readonly edges: readonly string[] }> =>
  page.evaluate((controls) => {
    const words: string[] = [];
    const edges: string[] = [];
    type Colour = readonly [red: number, green: number, blue: number, alpha: number];
    const colours = (css: string): readonly Colour[] =>
      [...css.matchAll(/rgba?\([^)]*\)/g)].map(([colour]) => {
        const [r = 0, g = 0, b = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
        return [r, g, b, alpha];
      });
    const laid = ([r, g, b, alpha]: Colour, below: Colour): Colour => {
      const mix = (one: number, other: number) => one * alpha + other * (1 - alpha);
      return [mix(r, below[0]), mix(g, below[1]), mix(b, below[2]), 1];
    };
    /** WCAG's relative luminance of an sRGB colour. */
    const luminance = ([...channels]: Colour) => {
      const [r = 0, g = 0, b = 0] = channels.map((channel) => {
        const part = channel / 255;
        return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one: Colour, other: Colour) => {
      const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    /** Every colour that may be behind an element. */
    const behind = (element: Element | null): readonly Colour[] => {
      if (element === null) return [[255, 255, 255, 1]];
      const { backgroundColor } = getComputedStyle(element);
      const [own = [0, 0, 0, 0]] = colours(backgroundColor);
      const grounds =
        own[3] === 1 ? [own] : behind(element.parentElement).map((below) => laid(own, below));
      const { content, backgroundImage } = getComputedStyle(element, '::before');
      if (content === 'none' || !element.matches('.cloth')) return grounds;
      const folds = colours(backgroundImage);
      return grounds.flatMap((ground) => [ground, ...folds.map((fold) => laid(fold, ground))]);
    };
    for (const element of document.body.querySelectorAll('*')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      );
      if (!own || !element.checkVisibility() || element.matches(':disabled, :disabled *')) continue;
      const [ink] = colours(getComputedStyle(element).color);
      if (ink === undefined) continue;
      const ratio = Math.min(
        ...behind(element).map((ground) => contrast(laid(ink, ground), ground)),
      );
      if (ratio < 4.5) words.push(`"${element.textContent}" has ${ratio.toFixed(1)} : 1`);
    }
    for (const control of document.querySelectorAll(controls)) {
      const { borderTopStyle, borderTopWidth, borderTopColor } = getComputedStyle(control);
      const isFramed = borderTopStyle !== 'none' && Number.parseFloat(borderTopWidth) >= 2;
      const [line = [0, 0, 0, 0]] = colours(borderTopColor);
      const edge = Math.min(...behind(control.parentElement).map((below) => contrast(line, below)));
      if (!isFramed || edge < 3) edges.push(`"${control.textContent}" has no outline`);
      if (control.matches('[aria-current=true]') && Number.parseFloat(borderTopWidth) < 4) {
        edges.push(`"${control.textContent}" does not stand out`);
      }
    }
    for (const thing of document.querySelectorAll('.note, .checked.is-bad, .opening, .sheet')) {
      if (getComputedStyle(thing).borderTopStyle === 'none') {
        edges.push(`${thing.className} has no edge`);
      }
    }
    return { words, edges };
  }, CONTROLS);
