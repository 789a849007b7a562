import type {
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Rectangle,
  WebContents,
} from 'electron';
import type { ClinicalApp } from '../../common/policy.ts';
import { type Told, WISH_CHANNEL } from '../../preload/contract.ts';
import { mayReach } from './app-hosts.ts';
import { appHeaders, headerValues } from './app-headers.ts';
import { type Chords, hearChords } from './chords.ts';
import { type Blocked, denyEverything } from './lockdown.ts';
import { guardPage } from './page-guard.ts';
import type { Home } from './partitions.ts';
import { perMinute } from './per-minute.ts';
import { type SessionApps, sessionApps } from './session-apps.ts';
import { sandboxed, sandboxedWindow } from './station-window.ts';

/** What policy opens is opened this often at the most: a page cannot fill the log, the screen or the tray. */
const LIMITS = {
  popupsAtOnce: 4,
  popupsPerMinute: 30,
  printsPerMinute: 10,
  toldPerMinute: 20,
} as const;

const PDF_PATIENCE_MS = 30_000;

/** Refusals that whoever asked for it is told of. Of the others a page asks by itself. */
const TOLD: Partial<Record<Blocked, Told>> = {
  print: 'print',
  download: 'download',
  window: 'window',
  'file-chooser': 'file-chooser',
  // Not of a frame: a page may hold one that it never shows.
  navigation: 'link',
  protocol: 'link',
};

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
  /** The member in front of an app is to know of it. */
  told(what: Told): void;
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
    /** Windows of the session have been raised, over whatever lay above them. */
    fronted(): void;
    readonly chords: Chords;
    /** Resolves to whether the printer took the PDF. */
    print(pdf: Uint8Array): Promise<boolean>;
  },
  on: SessionListener,
): SessionWindows {
  const { partition } = home;
  const hosts = apps.flatMap(({ allowedHosts }) => allowedHosts);
  const isInFront = ({ id }: ClinicalApp) => id === running.active && world.isSeen();
  let isPrinting = false;
  const isTellLeft = perMinute(LIMITS.toldPerMinute);
  const blocked = (contents: WebContents | null, what: Blocked, told = TOLD[what]) => {
    const app = contents === null ? undefined : running.appOf(contents);
    on.blocked(what, app?.id);
    if (told !== undefined && app !== undefined && isInFront(app) && isTellLeft()) on.told(told);
  };
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
    answer({ responseHeaders: appHeaders(responseHeaders, hosts) });
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
      // Devices ask in dialogs of the system, and no header is sent with a blank window.
      disableBlinkFeatures:
        'FileSystemAccess,FileSystemAccessLocal,WebUSB,WebHID,Serial,WebBluetooth',
    },
  };
  const guard = (window: BrowserWindow) => {
    const { webContents } = window;
    guardPage(webContents, () => blocked(webContents, 'file-chooser'));
    hearChords(webContents, world.chords);
    // WebRTC asks nobody either: without a proxy it has no UDP.
    webContents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    webContents.on('did-create-window', (popup) => {
      popup.setMenu(null);
      guard(popup);
      running.adopt(running.appOf(webContents)?.id ?? '', popup);
    });
    // A blank frame has no preload script: that the sandbox of the headers stopped it only the console tells.
    webContents.on('console-message', (_event, _level, message) => {
      if (message.startsWith("Ignored call to 'print()'")) void print(webContents, false);
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
    { ...on, ...world, isPrinting: () => isPrinting },
  );

  /** The app, if policy lets it do this and its member sees it. */
  const mayNow = (contents: WebContents, what: ClinicalApp['allow'][number]) => {
    const app = running.appOf(contents);
    return app?.allow.includes(what) && isInFront(app) ? app : undefined;
  };

  const isPopupLeft = perMinute(LIMITS.popupsPerMinute);
  const isPrintLeft = perMinute(LIMITS.printsPerMinute);
  const print = async (contents: WebContents, isWhole: boolean) => {
    const app = mayNow(contents, 'print');
    if (app === undefined) return blocked(contents, 'print');
    if (!isWhole) return blocked(contents, 'print', 'print-whole');
    if (isPrinting || !isPrintLeft()) return blocked(contents, 'print', 'print-again');
    isPrinting = true;
    on.told('printing');
    // A page that goes meanwhile has no PDF, and one that hangs never will.
    const tooLong = new Promise<never>((_resolve, reject) => setTimeout(reject, PDF_PATIENCE_MS));
    const isTaken = await Promise.race([contents.printToPDF({}), tooLong]).then(
      world.print,
      () => false,
    );
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
    get isDown() {
      return running.isDown;
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
