import type { BrowserWindow, Rectangle, WebContents } from 'electron';
import type { ClinicalApp } from '../../common/policy.ts';
import { type Answering, answering } from './answering.ts';
import { firstPaint } from './station-window.ts';

/** An app that goes down within this time of its start is not started again before somebody selects it. */
const RESTART_MS = 60_000;
/** One that does not answer for so long may be ended by a touch of its tab. Long work of an app is shorter. */
const ANSWER_MS = 8_000;

interface Running {
  readonly window: BrowserWindow;
  /** Windows that its page has opened, the newest last. */
  readonly popups: BrowserWindow[];
  readonly painted: Promise<void>;
  startedAt: number;
  isDown: boolean;
  /** Asked while it is in front. */
  readonly answering: Answering;
}

/** The apps of one session: at most one on screen, the others hidden, silent and throttled. */
export interface SessionApps {
  readonly active: string | undefined;
  /** Brings an app to the front, without a reload; starts it where it does not run. */
  select(app: string): void;
  show(): void;
  hide(): void;
  focus(): void;
  /** The app in front has a window of its own over its page. */
  readonly hasPopup: boolean;
  /** The app in front went down or hangs, and is not started again before somebody selects it. */
  readonly isDown: boolean;
  /** Takes in a window that an app in front has opened: it comes, goes and ends with the app. */
  adopt(app: string, popup: BrowserWindow): void;
  /** Closes the newest window of the app in front. */
  closePopup(): void;
  popups(app: string): number;
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
  on: {
    opened(app: string, isPopup: boolean): void;
    crashed(app: string): void;
    /** The bar tells of it: windows came or went, an app works no more or does again. */
    changed(): void;
    /** Windows of the app in front have been raised, over whatever lay above it. */
    fronted(): void;
    /** Whether the member sees the app in front, and nothing over it. */
    isSeen(): boolean;
    /** The page in front may be at work for long: it is being printed. */
    isPrinting(): boolean;
  },
): SessionApps {
  const running = new Map<string, Running>();
  let active = apps[0]?.id;
  let place = bounds;
  let isShown = false;
  let isGone = false;

  const current = () => (active === undefined ? undefined : running.get(active));
  const windowsOf = ({ window, popups }: Running) => [window, ...popups];
  const topOf = ({ window, popups }: Running) => popups.at(-1) ?? window;
  const front = (run: Running) => {
    for (const window of windowsOf(run)) {
      window.webContents.setAudioMuted(false);
      window.show();
    }
    on.fronted();
  };
  const back = (run: Running) => {
    for (const window of windowsOf(run)) {
      window.hide();
      window.webContents.setAudioMuted(true);
    }
  };

  /** moveTo() and resizeTo() of a page would show what is behind its window. */
  const keepInPlace = ({ webContents }: BrowserWindow) =>
    webContents.on('content-bounds-updated', (event) => event.preventDefault());

  const load = (app: ClinicalApp, run: Running) => {
    const { window } = run;
    const startedAt = performance.now();
    run.isDown = false;
    run.startedAt = startedAt;
    on.opened(app.id, false);
    // Electron shows nothing in place of a page that cannot be reached; the log has the crash code, never the address.
    window.loadURL(app.url).catch((error: unknown) => {
      if (isGone || window.isDestroyed() || run.isDown || run.startedAt !== startedAt) return;
      // One that has gone elsewhere meanwhile is at work.
      if (error instanceof Error && 'code' in error && error.code === 'ERR_ABORTED') return;
      run.isDown = true;
      on.crashed(app.id);
      on.changed();
    });
  };

  /** Told, and started again if it hung or had worked for a while; else it would do nothing but go down. */
  const wentDown = (app: ClinicalApp, run: Running) => {
    if (run.isDown) return;
    const isRestarted = run.answering.isHung || performance.now() - run.startedAt >= RESTART_MS;
    run.isDown = true;
    run.answering.settle();
    on.crashed(app.id);
    if (isRestarted) load(app, run);
    on.changed();
  };

  const open = (app: ClinicalApp): Running => {
    const window = make(place);
    const contents = window.webContents;
    contents.setAudioMuted(true);
    const painted = firstPaint(window);
    const run: Running = {
      window,
      popups: [],
      painted,
      startedAt: 0,
      isDown: false,
      answering: answering(
        {
          isDue: () => isShown && run === current() && !run.isDown && !on.isPrinting(),
          ask: () => contents.debugger.sendCommand('Runtime.evaluate', { expression: '0' }),
          patienceMs: ANSWER_MS,
        },
        () => on.changed(),
      ),
    };
    // A page may close itself. Its window still stands now: the next one is there before it goes.
    contents.once('destroyed', () => {
      run.answering.stop();
      if (isGone) return;
      for (const popup of [...run.popups]) popup.destroy();
      const next = open(app);
      next.startedAt = run.startedAt;
      wentDown(app, next);
    });
    contents.on('render-process-gone', () => {
      // The window's ground stays. Later, since the window may be on its way down with the session.
      setImmediate(() => {
        if (!isGone && !window.isDestroyed()) wentDown(app, run);
      });
    });
    keepInPlace(window);
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
      // One that hangs in front of everybody is loaded again once its process is gone.
      if (next.answering.isHung && next === previous)
        next.window.webContents.forcefullyCrashRenderer();
      else if (next.isDown || next.startedAt === 0) load(app, next);
      if (!isShown) return;
      // The bar had the keyboard.
      if (next === previous) return topOf(next).focus();
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
    focus() {
      const run = current();
      if (run) topOf(run).focus();
    },
    get hasPopup() {
      return (current()?.popups.length ?? 0) > 0;
    },
    get isDown() {
      const run = current();
      return run !== undefined && (run.isDown || run.answering.isHung);
    },
    adopt(app, popup) {
      const run = running.get(app);
      if (run === undefined || isGone) return popup.destroy();
      run.popups.push(popup);
      keepInPlace(popup);
      popup.once('closed', () => {
        run.popups.splice(run.popups.indexOf(popup), 1);
        if (isGone) return;
        if (run === current() && on.isSeen()) topOf(run).focus();
        on.changed();
      });
      popup.webContents.on('render-process-gone', () => {
        setImmediate(() => popup.isDestroyed() || popup.destroy());
      });
      popup.setBounds(place);
      if (isShown && run === current()) front(run);
      else popup.webContents.setAudioMuted(true);
      on.opened(app, true);
      on.changed();
    },
    closePopup: () => current()?.popups.at(-1)?.destroy(),
    popups: (app) => running.get(app)?.popups.length ?? 0,
    place(next) {
      place = next;
      for (const run of running.values())
        for (const window of windowsOf(run)) window.setBounds(next);
    },
    painted: () => current()?.painted ?? Promise.resolve(),
    destroy() {
      isGone = true;
      const windows = [...running.values()].flatMap(windowsOf);
      for (const window of windows) if (!window.isDestroyed()) window.destroy();
      running.clear();
    },
    freeze() {
      isGone = true;
      for (const run of running.values()) run.answering.stop();
    },
    appOf: (contents) =>
      apps.find(({ id }) => {
        const run = running.get(id);
        return (
          run !== undefined &&
          windowsOf(run).some((one) => !one.isDestroyed() && one.webContents === contents)
        );
      }),
  };
}
