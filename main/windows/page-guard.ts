import type { WebContents } from 'electron';

/** What Chromium tells, as far as it is used. */
interface Told {
  readonly sessionId?: string;
  readonly targetInfo?: { readonly type: string };
}

/** Workers are attached to as well; they open no choosers. */
const isWorker = ({ targetInfo }: Told): boolean => /work(er|let)$/.test(targetInfo?.type ?? '');

/** A frame that is gone before it is guarded needs no guard. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && /session with given id not found|closed/i.test(error.message);

/**
 * Stops file choosers, which Electron has no event for: they are windows of the system, and would stay over
 * the curtain. The DevTools protocol is the one way that serves inputs, pickers and folders alike:
 * https://chromedevtools.github.io/devtools-protocol/tot/Page/#method-setInterceptFileChooserDialog
 * And keeps every security key from the page: what asks for one meets an environment of virtual ones, which has none.
 * The headers forbid to ask, but a blank window has no headers.
 * https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/#method-enable
 * A page that cannot be guarded any more is closed.
 */
export function guardPage(contents: WebContents, onFileChooser: () => void): void {
  const { debugger: protocol } = contents;
  const guard = (frame?: string) => {
    const send = (method: string, parameters: object) =>
      protocol.sendCommand(method, parameters, frame);
    return Promise.all([
      send('Page.enable', {}),
      send('Page.setInterceptFileChooserDialog', { enabled: true, cancel: true }),
      send('WebAuthn.enable', {}),
      // Frames of another site live in another process. They do not wait for us: Chromium 114 never
      // resumes a frame that changes its process meanwhile.
      send('Target.setAutoAttach', {
        autoAttach: true,
        waitForDebuggerOnStart: false,
        flatten: true,
      }),
    ]);
  };
  const lost = () => {
    if (!contents.isDestroyed()) contents.close();
  };
  protocol.on('message', (_event, method, parameters: Told) => {
    if (method === 'Page.fileChooserOpened') onFileChooser();
    if (method === 'Target.attachedToTarget' && !isWorker(parameters)) {
      guard(parameters.sessionId).catch((error: unknown) => {
        if (!isGone(error)) lost();
      });
    }
  });
  // A page that closes itself takes the protocol with it.
  protocol.on('detach', (_event, reason) => {
    if (reason !== 'target closed') lost();
  });
  protocol.attach('1.3');
  // Answered once there is a page, which is guarded from its beginning.
  guard().catch(lost);
}
