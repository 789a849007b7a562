import {
  type BrowserWindowConstructorOptions,
  type Event,
  Menu,
  type Session,
  type WebContents,
  app,
} from 'electron';

/** What a window tried and was not allowed; a code for the log, never an address. */
export type Blocked =
  | 'navigation'
  | 'frame'
  | 'window'
  | 'permission'
  | 'protocol'
  | 'file-chooser'
  | 'download'
  | 'print'
  | 'certificate'
  | 'http-auth'
  | 'client-certificate'
  | 'webview'
  /** It asked main what only the station's own pages may. */
  | 'ipc';

/** Permissions are granted by Electron unless refused, downloads are saved unless stopped. */
export function denyEverything(
  partition: Session,
  onBlocked: (contents: WebContents | null, what: Blocked) => void = () => undefined,
): void {
  partition.setPermissionRequestHandler((contents, permission, answer) => {
    // mailto:, tel: and the like would start another program of the system.
    onBlocked(contents, permission === 'openExternal' ? 'protocol' : 'permission');
    answer(false);
  });
  partition.setPermissionCheckHandler(() => false);
  partition.setDevicePermissionHandler(() => false);
  partition.on('will-download', (event, _item, contents) => {
    event.preventDefault();
    onBlocked(contents, 'download');
  });
  partition.setSpellCheckerEnabled(false);
  // Integrated authentication would sign in the computer's user, not the member.
  partition.allowNTLMCredentialsForDomains('');
}

/**
 * The floor under every page of the process, whoever made it: no new windows but those for which `popup` knows
 * what they are like, no navigation away, no webview, no sign-in or certificate dialog of the system.
 */
export function lockDownContents(
  allows: (contents: WebContents, url: string) => boolean,
  popup: (contents: WebContents, url: string) => BrowserWindowConstructorOptions | undefined,
  onBlocked: (contents: WebContents | null, what: Blocked) => void,
): void {
  // Electron's own menu brings keys for reload, zoom, DevTools and quit, on every window.
  Menu.setApplicationMenu(null);
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      const overrideBrowserWindowOptions = popup(contents, url);
      if (overrideBrowserWindowOptions) return { action: 'allow', overrideBrowserWindowOptions };
      onBlocked(contents, 'window');
      return { action: 'deny' };
    });
    const check = (event: Event<{ url: string; isMainFrame: boolean }>) => {
      if (allows(contents, event.url)) return;
      event.preventDefault();
      const isWeb = /^https?:/.test(event.url);
      onBlocked(contents, !isWeb ? 'protocol' : event.isMainFrame ? 'navigation' : 'frame');
    };
    contents.on('will-navigate', check);
    contents.on('will-redirect', check);
    contents.on('will-frame-navigate', check);
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
      onBlocked(contents, 'webview');
    });
    // "Leave this page?" would wait for somebody behind the curtain.
    contents.on('will-prevent-unload', (event) => event.preventDefault());
  });
  app.on('login', (event, contents, _details, _info, answer) => {
    event.preventDefault();
    // Without credentials the page gets its 401; without an answer it would wait for ever.
    answer();
    onBlocked(contents, 'http-auth');
  });
  app.on('select-client-certificate', (event, contents, _url, _certificates, answer) => {
    event.preventDefault();
    // Without one; without an answer the page would wait for ever.
    answer();
    onBlocked(contents, 'client-certificate');
  });
  app.on('certificate-error', (event, contents, _url, _error, _certificate, trust) => {
    event.preventDefault();
    trust(false);
    onBlocked(contents, 'certificate');
  });
}
