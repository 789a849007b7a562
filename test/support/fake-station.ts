import type { Page } from '@playwright/test';
import {
  type AskArgs,
  type AskName,
  type AskResult,
  type StationView,
  stationContract,
  stationView,
} from '../../preload/contract.ts';

/** One question a page asked, as main would have received it. */
export interface Asked {
  readonly name: AskName;
  readonly args: readonly unknown[];
}

/** What main answers, by question. */
export type Answers = {
  readonly [N in AskName]?: AskResult<N> | ((...args: AskArgs<N>) => AskResult<N>);
};

export interface FakeStation {
  /** Everything asked since the page was opened, except for the first view, and for the bar's height. */
  readonly asked: readonly Asked[];
  /** Shows another view; its revision is the next one unless given. */
  show(view: Unnumbered | StationView): Promise<void>;
  /** Resolves once the window is as high as the bar wants it. */
  placed(): Promise<void>;
  /** What is answered to a question from now on. */
  answer(answers: Answers): void;
}

export type Unnumbered = Omit<StationView, 'revision'>;

const BINDING = '__asked';
const SHOW = '__show';

/**
 * `window.station` for a page without Electron, derived from the contract: every question of it and
 * no other, arguments and answers checked by its schemas. It decides nothing: what it shows is told.
 */
export async function fakeStation(page: Page, first: Unnumbered): Promise<FakeStation> {
  const asked: Asked[] = [];
  const answers: Record<string, unknown> = {
    reportLostKey: 'reported',
    check: { finding: 'server-good' },
  };
  let revision = 1;
  let current: StationView = stationView.parse({ ...first, revision });
  let placed = Promise.resolve();

  await page.exposeBinding(BINDING, (_source, name: AskName, carried: readonly unknown[]) => {
    const { args, result } = stationContract.ask[name];
    const parsed: readonly unknown[] = args.parse(carried.map(unpack));
    if (name === 'view') return result.parse(current);
    if (name === 'barHeight') {
      const [{ rail, note }] = parsed as AskArgs<'barHeight'>;
      // As main does with its window.
      const width = page.viewportSize()?.width ?? 0;
      return (placed = page.setViewportSize({ width, height: rail + note }));
    }
    asked.push({ name, args: parsed });
    const answer = answers[name];
    return result.parse(typeof answer === 'function' ? answer(...parsed) : answer);
  });
  await page.addInitScript(install, { names: Object.keys(stationContract.ask), BINDING, SHOW });

  return {
    asked,
    answer: (next) => void Object.assign(answers, next),
    placed: () => placed,
    async show(view) {
      revision += 1;
      const next = stationView.parse({ revision, ...view });
      if (next.revision >= current.revision) current = next;
      await page.evaluate(([show, told]) => Reflect.get(window, show)(told), [SHOW, next] as const);
    },
  };
}

/** Bytes cross to the test as numbers. */
const unpack = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'bytes' in value && Array.isArray(value.bytes)
    ? Uint8Array.from(value.bytes as number[])
    : value;

/** Runs in the page, before its own scripts. As over a real bridge, arguments are copied when asked. */
function install({ names, BINDING, SHOW }: { names: string[]; BINDING: string; SHOW: string }) {
  const listeners = new Set<(view: unknown) => void>();
  const pack = (value: unknown): unknown =>
    value instanceof Uint8Array ? { bytes: [...value] } : value;
  const asks = names.map((name) => [
    name,
    (...args: unknown[]) => Reflect.get(window, BINDING)(name, args.map(pack)),
  ]);
  Reflect.set(window, 'station', {
    ...Object.fromEntries(asks),
    onView(listener: (view: unknown) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  Reflect.set(window, SHOW, (view: unknown) => {
    for (const listener of listeners) listener(view);
  });
}
