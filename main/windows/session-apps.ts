import type { BrowserWindow, Rectangle, WebContents } from 'electron';
import type { ClinicalApp } from '../../common/policy.ts';
import { firstPaint } from './station-window.ts';

/** An app that goes down within this time of its start is not started again before somebody selects it. */
const RESTART_MS = 60_000;

interface Running {
  readonly window: BrowserWindow;
  readonly painted: Promise<void>;
  startedAt: number;
  isDown: boolean;
}

/** The apps of one session: at most one on screen, the others hidden, silent and throttled. */
export interface SessionApps {
  readonly active: string | undefined;
  /** Brings an app to the front, without a reload; starts it where it does not run. */
  select(app: string): void;
  show(): void;
  hide(): void;
  focus(): void;
  place(bounds: Rectangle): void;
  /** Resolves once the active app has drawn itself for the first time. */
  painted(): Promise<void>;
  destroy(): void;
  /** The agent is going down: no window is made any more. */
  freeze(): void;
  appOf(contents: WebContents): ClinicalApp | undefined;
}

/** Starts the first app, and those that start automatically. `make` makes a hidden window at these bounds. */
export function sessionApps(
  apps: readonly ClinicalApp[],
  bounds: Rectangle,
  make: (bounds: Rectangle) => BrowserWindow,
  on: { opened(app: string): void; crashed(app: string): void },
): SessionApps {
  const running = new Map<string, Running>();
  let active = apps[0]?.id;
  let place = bounds;
  let isShown = false;
  let isGone = false;

  const current = () => (active === undefined ? undefined : running.get(active));
  const front = ({ window }: Running) => {
    window.webContents.setAudioMuted(false);
    window.show();
  };
  const back = ({ window }: Running) => {
    window.hide();
    window.webContents.setAudioMuted(true);
  };

  const load = (app: ClinicalApp, run: Running) => {
    const { window } = run;
    run.isDown = false;
    run.startedAt = performance.now();
    on.opened(app.id);
    // A page that cannot be reached shows its own error; the log has the crash code, never the address.
    window.loadURL(app.url).catch(() => {
      if (!isGone && !window.isDestroyed() && !run.isDown) on.crashed(app.id);
    });
  };

  /** Told, and started again unless it does nothing but go down. */
  const wentDown = (app: ClinicalApp, run: Running, restart: () => void) => {
    run.isDown = true;
    on.crashed(app.id);
    if (performance.now() - run.startedAt >= RESTART_MS) restart();
  };

  const open = (app: ClinicalApp): Running => {
    const window = make(place);
    const contents = window.webContents;
    contents.setAudioMuted(true);
    const run: Running = { window, painted: firstPaint(window), startedAt: 0, isDown: false };
    // A page may close itself. Its window still stands now: the next one is there before it goes.
    contents.once('destroyed', () => {
      if (isGone) return;
      const next = open(app);
      next.startedAt = run.startedAt;
      wentDown(app, next, () => load(app, next));
    });
    contents.on('render-process-gone', () => {
      // The window's ground stays. Later, since the window may be on its way down with the session.
      setImmediate(() => {
        if (!isGone && !window.isDestroyed()) wentDown(app, run, () => load(app, run));
      });
    });
    // moveTo() and resizeTo() of a page would show what is behind its window.
    contents.on('content-bounds-updated', (event) => event.preventDefault());
    running.set(app.id, run);
    if (isShown && active === app.id) front(run);
    return run;
  };

  for (const app of apps) if (app.autoStart || app.id === active) load(app, open(app));

  return {
    get active() {
      return active;
    },
    select(id) {
      const app = apps.find((one) => one.id === id);
      if (app === undefined) return;
      const previous = current();
      active = id;
      const next = running.get(id) ?? open(app);
      if (next.isDown || next.startedAt === 0) load(app, next);
      if (!isShown || next === previous) return;
      front(next);
      if (previous) back(previous);
    },
    show() {
      isShown = true;
      const run = current();
      if (run) front(run);
    },
    hide() {
      isShown = false;
      for (const run of running.values()) back(run);
    },
    focus: () => current()?.window.focus(),
    place(next) {
      place = next;
      for (const { window } of running.values()) window.setBounds(next);
    },
    painted: () => current()?.painted ?? Promise.resolve(),
    destroy() {
      isGone = true;
      for (const { window } of running.values()) if (!window.isDestroyed()) window.destroy();
      running.clear();
    },
    freeze() {
      isGone = true;
    },
    appOf: (contents) =>
      apps.find(({ id }) => {
        const window = running.get(id)?.window;
        return window !== undefined && !window.isDestroyed() && window.webContents === contents;
      }),
  };
}
