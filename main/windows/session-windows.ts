import type {
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Rectangle,
  WebContents,
} from 'electron';
import type { ClinicalApp } from '../../common/policy.ts';
import { WISH_CHANNEL } from '../../preload/contract.ts';
import { mayReach } from './app-hosts.ts';
import { appHeaders, headerValues } from './app-headers.ts';
import { type Blocked, denyEverything } from './lockdown.ts';
import { guardPage } from './page-guard.ts';
import type { Home } from './partitions.ts';
import { perMinute } from './per-minute.ts';
import { type SessionApps, sessionApps } from './session-apps.ts';
import { sandboxed, sandboxedWindow } from './station-window.ts';

/** What policy opens is opened this often at the most: a page cannot fill the log, the screen or the tray. */
const LIMITS = { popupsAtOnce: 4, popupsPerMinute: 30, printsPerMinute: 10 } as const;

/** The app windows of one session, in a partition of its own. */
export interface SessionWindows extends Omit<SessionApps, 'appOf' | 'adopt' | 'popups'> {
  readonly apps: readonly ClinicalApp[];
  has(contents: WebContents): boolean;
  /** Tells that one of the windows tried what it may not. */
  blocked(contents: WebContents, what: Blocked): void;
  allows(contents: WebContents, url: string): boolean;
  /** What a window is like that one of them wants to open; undefined if it may not. */
  popup(contents: WebContents, url: string): BrowserWindowConstructorOptions | undefined;
}

export interface SessionListener {
  /** `app` is absent where Electron does not tell which window tried. */
  blocked(what: Blocked, app: string | undefined): void;
  opened(app: string, isPopup: boolean): void;
  crashed(app: string): void;
  printed(app: string, isTaken: boolean): void;
  changed(): void;
}

export function sessionWindows(
  home: Home,
  apps: readonly ClinicalApp[],
  preload: string,
  bounds: Rectangle,
  world: {
    /** Whether the member sees the apps now, and nothing over them. */
    isSeen(): boolean;
    /** Resolves to whether the printer took the PDF. */
    print(pdf: Uint8Array): Promise<boolean>;
  },
  on: SessionListener,
): SessionWindows {
  const { partition } = home;
  const blocked = (contents: WebContents | null, what: Blocked) =>
    on.blocked(what, contents === null ? undefined : running.appOf(contents)?.id);
  denyEverything(partition, blocked);
  // Only what policy lists is fetched at all, subresources included.
  partition.webRequest.onBeforeRequest((details, answer) => {
    const isAllowed = apps.some((app) => mayReach(app, details.url));
    const isLocal = /^(blob|data):/.test(details.url) && details.resourceType !== 'mainFrame';
    answer({ cancel: !isAllowed && !isLocal });
  });
  // What a service worker answers carries none of the headers below.
  partition.webRequest.onBeforeSendHeaders((details, answer) => {
    const isServiceWorker = headerValues(details.requestHeaders, 'service-worker').length > 0;
    answer({ cancel: isServiceWorker });
  });
  partition.webRequest.onHeadersReceived((details, answer) => {
    const { responseHeaders, resourceType, webContents } = details;
    const [disposition = ''] = headerValues(responseHeaders, 'content-disposition');
    // Refused by the sandbox of these headers, which tells nobody.
    if (/frame$/i.test(resourceType) && /^\s*attachment/i.test(disposition))
      blocked(webContents ?? null, 'download');
    answer({ responseHeaders: appHeaders(responseHeaders) });
  });

  const options: BrowserWindowConstructorOptions = {
    backgroundColor: '#ffffff',
    // A page may ask for these when it opens a window.
    alwaysOnTop: false,
    fullscreen: false,
    kiosk: false,
    webPreferences: {
      preload,
      // The preload script in every frame. They are sandboxed: none has Node.
      nodeIntegrationInSubFrames: true,
      safeDialogs: true,
      disableDialogs: true,
      navigateOnDragDrop: false,
      disableBlinkFeatures: 'FileSystemAccess,FileSystemAccessLocal',
    },
  };
  const guard = (window: BrowserWindow) => {
    const { webContents } = window;
    guardPage(webContents, () => blocked(webContents, 'file-chooser'));
    webContents.on('did-create-window', (popup) => {
      popup.setMenu(null);
      guard(popup);
      running.adopt(running.appOf(webContents)?.id ?? '', popup);
    });
    webContents.on('ipc-message', ({ senderFrame }, channel, wish) => {
      if (channel !== WISH_CHANNEL) return;
      // A frame cannot be printed without what is around it.
      if (wish === 'print') void print(webContents, senderFrame?.parent === null);
      if (wish === 'download') blocked(webContents, 'download');
    });
    return window;
  };
  const running = sessionApps(
    apps,
    bounds,
    (place) => guard(sandboxedWindow({ ...options, ...place }, partition)),
    on,
  );

  /** The app, if policy lets it do this and its member sees it. */
  const mayNow = (contents: WebContents, what: ClinicalApp['allow'][number]) => {
    const app = running.appOf(contents);
    const isInFront = app !== undefined && app.id === running.active && world.isSeen();
    return isInFront && app.allow.includes(what) ? app : undefined;
  };

  const isPopupLeft = perMinute(LIMITS.popupsPerMinute);
  const isPrintLeft = perMinute(LIMITS.printsPerMinute);
  let isPrinting = false;
  const print = async (contents: WebContents, isWhole: boolean) => {
    const app = mayNow(contents, 'print');
    if (app === undefined || !isWhole || isPrinting || !isPrintLeft())
      return blocked(contents, 'print');
    isPrinting = true;
    // A page that goes meanwhile has no PDF.
    const isTaken = await contents.printToPDF({}).then(world.print, () => false);
    isPrinting = false;
    on.printed(app.id, isTaken);
  };

  return {
    ...running,
    apps,
    get active() {
      return running.active;
    },
    get hasPopup() {
      return running.hasPopup;
    },
    /** Destroys the windows and everything the partition holds. */
    destroy() {
      running.destroy();
      home.giveBack();
    },
    has: (contents) => running.appOf(contents) !== undefined,
    blocked,
    allows(contents, url) {
      const app = running.appOf(contents);
      return app !== undefined && mayReach(app, url);
    },
    popup(contents, url) {
      const app = mayNow(contents, 'popup');
      if (app === undefined || !(url === 'about:blank' || mayReach(app, url))) return undefined;
      if (running.popups(app.id) >= LIMITS.popupsAtOnce || !isPopupLeft()) return undefined;
      return sandboxed(options, partition);
    },
  };
}
