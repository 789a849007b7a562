import { type BrowserWindow, type Rectangle, type WebContents, clipboard, screen } from 'electron';
import type { SessionApps, Surfaces } from '../ports/surfaces.ts';
import { answering } from './answering.ts';
import { BAR_HEIGHT } from './bar-height.ts';
import { hearChords } from './chords.ts';
import { type Curtains, coveringBounds, curtains } from './curtains.ts';
import { type Blocked, lockDownContents } from './lockdown.ts';
import type { stationPages } from './pages.ts';
import { homes } from './partitions.ts';
import { type SessionListener, type SessionWindows, sessionWindows } from './session-windows.ts';
import { firstPaint, stationWindow } from './station-window.ts';

/** How long a new session waits for its app to draw itself before it is shown as it is. */
const APP_PATIENCE_MS = 600;
/** A page of ours that does not answer for so long is given up and made anew. */
const ANSWER_MS = 15_000;
/** Without its bar a session names nobody: it is locked again. */
const BAR_PATIENCE_MS = 5_000;

interface BarHeight {
  readonly rail: number;
  readonly note: number;
}

export interface Desk extends Surfaces {
  /** Windows that show the view. */
  pages(): readonly WebContents[];
  isStationPage(webContentsId: number): boolean;
  session(id: string): SessionApps | undefined;
  /** Tells that a page tried what it may not. */
  blocked(contents: WebContents, what: Blocked): void;
  /** The agent is going down: from now on no window is made or raised. */
  freeze(): void;
  /** A page says whose session's name it has drawn; heard from the bar only. */
  naming(webContentsId: number, session: string): void;
  /** How high the bar is, in CSS px: of its rail, and of what hangs below it over the apps. Heard from the bar only. */
  barHeight(webContentsId: number, height: BarHeight): void;
  /** Called when windows have changed their order: the demonstration's window stays above them. */
  onRestacked(run: () => void): void;
}

/** Whether the promise was there in time. */
export const within = (ms: number, promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => void setTimeout(() => resolve(false), ms)),
  ]);

/** What one member copied is not for the next; X11 keeps a second clipboard of what was merely selected. */
function forgetClipboard(): void {
  clipboard.clear();
  if (process.platform === 'linux') clipboard.selection.clear();
}

/** All windows of the station: curtains over overlay and bar over apps. */
export function desk(
  pages: ReturnType<typeof stationPages>,
  /** Scripts for the station's own pages and for those of clinical apps. */
  preloads: { readonly station: string; readonly app: string },
  on: {
    /** Somebody to tell of what happens in a new session's windows. */
    session(id: string): SessionListener;
    /** A window of no session tried what it may not. */
    blocked(what: Blocked): void;
    pageGone(surface: 'curtain' | 'bar' | 'overlay'): void;
    displaysChanged(): void;
    /** The keyboard's way to lock. */
    lock(): void;
    /** The partition of a session that has ended could not be emptied; it is not used again. */
    partitionKept(cause: unknown): void;
  },
  print: (pdf: Uint8Array) => Promise<boolean>,
): Desk {
  const sessions = new Map<string, SessionWindows>();
  const homeFor = homes(on.partitionKept);
  const stationContents = new Map<number, BrowserWindow>();
  let shown: string | undefined;
  /** Counts covers and uncovers: an uncovering that has been overtaken does nothing. */
  let turn = 0;
  let isFrozen = false;
  let bar: BrowserWindow | undefined;
  let overlay: BrowserWindow | undefined;
  let barPainted = Promise.resolve();
  /** The session whose member's name the bar has drawn since the last cover. */
  let named: string | undefined;
  let onNamed = (): void => undefined;
  let barHeight: BarHeight = { rail: BAR_HEIGHT, note: 0 };
  let isUncovered = false;
  /** Whether something is to cover the session below the bar. */
  let isOverlaid = false;
  let restacked = (): void => undefined;

  const ownerOf = (contents: WebContents) =>
    [...sessions.values()].find((windows) => windows.has(contents));

  const blocked = (contents: WebContents | null, what: Blocked) => {
    const owner = contents === null ? undefined : ownerOf(contents);
    if (contents === null || owner === undefined) on.blocked(what);
    else owner.blocked(contents, what);
  };
  lockDownContents(
    (contents, url) => ownerOf(contents)?.allows(contents, url) ?? false,
    (contents, url) => ownerOf(contents)?.popup(contents, url),
    blocked,
  );

  const chords = {
    turn() {
      if (!isUncovered) return;
      if (bar?.isFocused()) return focusBelowBar();
      bar?.focus();
      // Onto its first control, where it can be seen.
      for (const type of ['keyDown', 'keyUp'] as const)
        bar?.webContents.sendInputEvent({ type, keyCode: 'Tab' });
    },
    lock: on.lock,
  };

  const page = (surface: 'curtain' | 'bar' | 'overlay', bounds: Rectangle, search = '') => {
    const window = stationWindow(pages.partition, preloads.station, bounds);
    const contentsId = window.webContents.id;
    stationContents.set(contentsId, window);
    const answers = answering(
      {
        isDue: () => window.isVisible() && !window.webContents.isLoadingMainFrame(),
        ask: () => window.webContents.executeJavaScript('0'),
        patienceMs: ANSWER_MS,
      },
      (isHung) => {
        if (!isHung) return;
        on.pageGone(surface);
        window.webContents.forcefullyCrashRenderer();
      },
    );
    window.on('closed', () => {
      answers.stop();
      stationContents.delete(contentsId);
      if (window === bar) {
        bar = undefined;
        barHeight = { rail: BAR_HEIGHT, note: 0 };
      }
      if (window === overlay) overlay = undefined;
    });
    if (surface !== 'curtain') hearChords(window.webContents, chords);
    const load = () =>
      void window.loadURL(pages.url(surface) + search).catch(() => on.pageGone(surface));
    window.webContents.on('render-process-gone', () => {
      answers.settle();
      on.pageGone(surface);
      // A curtain's window stays, its ground colour covers until the page is drawn again. The others are
      // made anew for the next session. Later, since the window may be on its way down with the agent.
      setImmediate(() => {
        if (window.isDestroyed()) return;
        if (surface === 'curtain') load();
        else window.destroy();
      });
    });
    load();
    return window;
  };

  const area = () => {
    const { x, y, width, height } = screen.getPrimaryDisplay().bounds;
    // Whatever the bar says: its name and the way out stay on the display, and half of it with the apps.
    const rail = Math.max(BAR_HEIGHT, Math.min(barHeight.rail, Math.floor(height / 2)));
    return {
      bar: { x, y, width, height: rail + Math.min(barHeight.note, Math.floor(height / 4)) },
      work: { x, y: y + rail, width, height: height - rail },
    };
  };

  const placeAll = () => {
    const { bar: barArea, work } = area();
    bar?.setBounds(barArea);
    overlay?.setBounds(work);
    for (const windows of sessions.values()) windows.place(work);
  };

  const lid: Curtains = curtains(
    (display, isWorking) => page('curtain', coveringBounds(display), isWorking ? '' : '?plain'),
    () => {
      placeAll();
      on.displaysChanged();
    },
  );

  const naming = (session: string): Promise<void> =>
    new Promise((resolve) => {
      onNamed = () => {
        if (named === session) resolve();
      };
      onNamed();
    });

  const onScreen = () => (shown === undefined ? undefined : sessions.get(shown));
  /** A session without apps has nothing else of ours below the bar. */
  const needsOverlay = () => isOverlaid || onScreen()?.apps.length === 0;
  const focusBelowBar = () => {
    if (needsOverlay()) overlay?.focus();
    else onScreen()?.focus();
  };

  /** Above the apps of the session on screen, or away; nothing to do under the curtain. */
  const placeOverlay = () => {
    if (!isUncovered) return;
    if (needsOverlay()) {
      overlay?.setAlwaysOnTop(true, 'floating');
      overlay?.show();
    } else overlay?.hide();
    focusBelowBar();
  };

  /** Windows of an app came to the front: what lies above them is put there again. */
  const fronted = () => {
    if (!isUncovered) return;
    bar?.moveTop();
    if (needsOverlay()) placeOverlay();
    restacked();
  };

  const ensureBar = () => {
    const places = area();
    if (bar === undefined) {
      bar = page('bar', places.bar);
      barPainted = firstPaint(bar);
    }
    overlay ??= page('overlay', places.work);
  };

  return {
    cover() {
      if (isFrozen) return;
      turn++;
      named = undefined;
      isUncovered = false;
      isOverlaid = false;
      lid.cover();
      const session = shown;
      shown = undefined;
      forgetClipboard();
      overlay?.hide();
      bar?.hide();
      if (session !== undefined) sessions.get(session)?.hide();
      restacked();
    },
    prepare: ensureBar,
    open(session, member, apps) {
      ensureBar();
      const isSeen = () => shown === session && isUncovered && !isOverlaid;
      sessions.set(
        session,
        sessionWindows(
          homeFor(member),
          apps,
          preloads.app,
          area().work,
          { isSeen, fronted, chords, print },
          on.session(session),
        ),
      );
    },
    uncover(session) {
      ensureBar();
      const windows = sessions.get(session);
      if (windows === undefined) throw new Error('uncover before open');
      shown = session;
      // The curtain goes once there is something to see: the member's name above all, and the app unless
      // it is slow. Whatever covers in the meantime wins.
      const mine = ++turn;
      void Promise.all([
        within(BAR_PATIENCE_MS, Promise.all([barPainted, naming(session)])),
        within(APP_PATIENCE_MS, windows.painted()),
      ]).then(([isBarReady]) => {
        if (turn !== mine) return;
        if (!isBarReady) {
          bar?.destroy();
          return on.pageGone('bar');
        }
        forgetClipboard();
        windows.show();
        // What moved while it was hidden may not have arrived.
        placeAll();
        bar?.setAlwaysOnTop(true, 'floating');
        bar?.showInactive();
        isUncovered = true;
        // What is to cover the session is there before the curtain goes.
        placeOverlay();
        lid.uncover();
        focusBelowBar();
        restacked();
      });
    },
    destroy(session) {
      const windows = sessions.get(session);
      sessions.delete(session);
      if (shown === session) shown = undefined;
      windows?.destroy();
    },
    focus(session) {
      if (session === shown && isUncovered) focusBelowBar();
    },
    selectApp: (session, app) => sessions.get(session)?.select(app),
    closePopup: (session) => sessions.get(session)?.closePopup(),
    overlay(isShown) {
      isOverlaid = isShown;
      placeOverlay();
      restacked();
    },
    pages: () => [...stationContents.values()].map((window) => window.webContents),
    isStationPage: (id) => stationContents.has(id),
    session: (id) => sessions.get(id),
    blocked,
    naming(contents, session) {
      if (contents !== bar?.webContents.id) return;
      named = session;
      onNamed();
    },
    barHeight(contents, height) {
      if (contents !== bar?.webContents.id) return;
      barHeight = height;
      placeAll();
    },
    freeze() {
      isFrozen = true;
      for (const windows of sessions.values()) windows.freeze();
    },
    onRestacked(run) {
      restacked = run;
    },
  };
}
