import type { Rectangle, WebContents } from 'electron';
import type { ClinicalApp } from '../../common/policy.ts';
import { mayReach } from './app-hosts.ts';
import { appHeaders, headerValues } from './app-headers.ts';
import { type Blocked, denyEverything } from './lockdown.ts';
import { guardPage } from './page-guard.ts';
import type { Home } from './partitions.ts';
import { type SessionApps, sessionApps } from './session-apps.ts';
import { sandboxedWindow } from './station-window.ts';

/** The app windows of one session, in a partition of its own. */
export interface SessionWindows extends Omit<SessionApps, 'appOf'> {
  readonly apps: readonly ClinicalApp[];
  has(contents: WebContents): boolean;
  /** Tells that one of the windows tried what it may not. */
  blocked(contents: WebContents, what: Blocked): void;
  allows(contents: WebContents, url: string): boolean;
}

export interface SessionListener {
  /** `app` is absent where Electron does not tell which window tried. */
  blocked(what: Blocked, app: string | undefined): void;
  opened(app: string): void;
  crashed(app: string): void;
}

export function sessionWindows(
  home: Home,
  apps: readonly ClinicalApp[],
  preload: string,
  bounds: Rectangle,
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
  partition.webRequest.onHeadersReceived(({ responseHeaders }, answer) =>
    answer({ responseHeaders: appHeaders(responseHeaders) }),
  );

  const running = sessionApps(
    apps,
    bounds,
    (place) => {
      const window = sandboxedWindow(
        {
          ...place,
          backgroundColor: '#ffffff',
          webPreferences: {
            preload,
            safeDialogs: true,
            disableDialogs: true,
            navigateOnDragDrop: false,
            disableBlinkFeatures: 'FileSystemAccess,FileSystemAccessLocal',
          },
        },
        partition,
      );
      const { webContents } = window;
      guardPage(webContents, () => blocked(webContents, 'file-chooser'));
      return window;
    },
    on,
  );

  return {
    ...running,
    apps,
    get active() {
      return running.active;
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
  };
}
