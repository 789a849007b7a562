import {
  type BrowserWindow,
  type Rectangle,
  type WebContents,
  session as electronSession,
} from 'electron';
import type { ClinicalApp } from '../../common/policy.ts';
import { type Blocked, denyEverything } from './lockdown.ts';
import { firstPaint, sandboxedWindow } from './station-window.ts';

/** The app windows of one session, in its own in-memory partition. */
export interface SessionWindows {
  readonly apps: readonly ClinicalApp[];
  readonly activeApp: string | undefined;
  select(app: string): void;
  show(): void;
  /** Resolves once the active app has drawn itself for the first time. */
  painted(): Promise<void>;
  /** Out of sight and silent; the documents live on. */
  hide(): void;
  focus(): void;
  place(bounds: Rectangle): void;
  /** Destroys windows and everything the partition holds. */
  destroy(): Promise<void>;
  has(contents: WebContents): boolean;
  allows(contents: WebContents, url: string): boolean;
}

const hostAllowed = (app: ClinicalApp, url: string): boolean => {
  try {
    const { protocol, host } = new URL(url);
    return (
      (protocol === 'https:' || protocol === new URL(app.url).protocol) &&
      app.allowedHosts.includes(host)
    );
  } catch {
    return false;
  }
};

type HeaderMap = Readonly<Record<string, string[]>> | undefined;

/** Header names come in any spelling. */
const headerValues = (headers: HeaderMap, name: string): readonly string[] =>
  Object.entries(headers ?? {}).flatMap(([key, values]) =>
    key.toLowerCase() === name ? values : [],
  );
const withoutHeader = (headers: HeaderMap, name: string) =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([key]) => key.toLowerCase() !== name));

export function sessionWindows(
  id: string,
  apps: readonly ClinicalApp[],
  bounds: Rectangle,
  on: { blocked(what: Blocked): void; crashed(app: string): void },
): SessionWindows {
  // No "persist:" prefix: the partition lives in memory and dies with its windows.
  const partition = electronSession.fromPartition(`session-${id}`, { cache: true });
  denyEverything(partition, on.blocked);
  // Only what policy lists is fetched at all, subresources included.
  partition.webRequest.onBeforeRequest((details, answer) => {
    const isAllowed = apps.some((app) => hostAllowed(app, details.url));
    const isLocal = /^(blob|data):/.test(details.url) && details.resourceType !== 'mainFrame';
    answer({ cancel: !isAllowed && !isLocal });
  });
  partition.webRequest.onHeadersReceived((details, answer) => {
    answer({
      responseHeaders: {
        ...withoutHeader(details.responseHeaders, 'content-security-policy'),
        'permissions-policy': ['publickey-credentials-get=()'],
        // No modal dialogs of the system: print() would open one over the curtain. (Popups are refused, and
        // told, by the window-open handler.)
        'content-security-policy': [
          ...headerValues(details.responseHeaders, 'content-security-policy'),
          'sandbox allow-scripts allow-same-origin allow-forms allow-popups',
        ],
      },
    });
  });

  const windows = new Map<string, BrowserWindow>();
  const painted = new Map<string, Promise<void>>();
  let isGone = false;
  let active = apps[0]?.id;
  for (const app of apps) {
    const window = sandboxedWindow(
      {
        ...bounds,
        backgroundColor: '#ffffff',
        webPreferences: { safeDialogs: true, disableDialogs: true, navigateOnDragDrop: false },
      },
      partition,
    );
    // A page may close itself. (Preventing that makes Chromium 114 stumble over the window at the end.)
    window.once('closed', () => {
      windows.delete(app.id);
      if (active === app.id) active = [...windows.keys()][0];
      if (!isGone) on.crashed(app.id);
    });
    window.webContents.on('render-process-gone', () => on.crashed(app.id));
    // A page that cannot be reached shows its own error; the log has the crash code, never the address.
    window.loadURL(app.url).catch(() => {
      if (!isGone) on.crashed(app.id);
    });
    windows.set(app.id, window);
    painted.set(app.id, firstPaint(window));
  }

  const activeWindow = () => (active === undefined ? undefined : windows.get(active));

  return {
    apps,
    get activeApp() {
      return active;
    },
    select(app) {
      const next = windows.get(app);
      if (next === undefined || app === active) return;
      const previous = activeWindow();
      active = app;
      next.show();
      previous?.hide();
    },
    show() {
      for (const window of windows.values()) window.webContents.setAudioMuted(false);
      activeWindow()?.show();
    },
    painted: () => (active === undefined ? undefined : painted.get(active)) ?? Promise.resolve(),
    hide() {
      for (const window of windows.values()) {
        window.webContents.setAudioMuted(true);
        window.hide();
      }
    },
    focus() {
      activeWindow()?.focus();
    },
    place(next) {
      for (const window of windows.values()) window.setBounds(next);
    },
    async destroy() {
      isGone = true;
      for (const window of [...windows.values()]) window.destroy();
      windows.clear();
      await partition.clearStorageData();
      await partition.clearCache();
    },
    has: (contents) =>
      [...windows.values()].some(
        (window) => !window.isDestroyed() && window.webContents === contents,
      ),
    allows(contents, url) {
      const app = apps.find(({ id: appId }) => windows.get(appId)?.webContents === contents);
      return app !== undefined && hostAllowed(app, url);
    },
  };
}
