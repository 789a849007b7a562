import { type Rectangle, type WebContents, session as electronSession } from 'electron';
import type { ClinicalApp } from '../../common/policy.ts';
import { type Blocked, denyEverything } from './lockdown.ts';
import { type SessionApps, sessionApps } from './session-apps.ts';
import { sandboxedWindow } from './station-window.ts';

/** The app windows of one session, in its own in-memory partition. */
export interface SessionWindows extends Omit<SessionApps, 'appOf' | 'destroy'> {
  readonly apps: readonly ClinicalApp[];
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
  on: { blocked(what: Blocked): void; opened(app: string): void; crashed(app: string): void },
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

  const running = sessionApps(
    apps,
    bounds,
    (place) =>
      sandboxedWindow(
        {
          ...place,
          backgroundColor: '#ffffff',
          webPreferences: { safeDialogs: true, disableDialogs: true, navigateOnDragDrop: false },
        },
        partition,
      ),
    on,
  );

  return {
    ...running,
    apps,
    get active() {
      return running.active;
    },
    async destroy() {
      running.destroy();
      await partition.clearStorageData();
      await partition.clearCache();
    },
    has: (contents) => running.appOf(contents) !== undefined,
    allows(contents, url) {
      const app = running.appOf(contents);
      return app !== undefined && hostAllowed(app, url);
    },
  };
}
