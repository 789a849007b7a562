import { ipcRenderer, webFrame } from 'electron';
import { WISH_CHANNEL } from './channels.ts';

/**
 * In every frame of a clinical app, before any script of theirs, in a world of its own; it exposes nothing.
 * A file dropped on a page would be an upload: the page does not hear of it.
 */
for (const type of ['dragenter', 'dragover', 'drop'] as const) {
  const refuse = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.dataTransfer.dropEffect = 'none';
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener(type, refuse, { capture: true });
}

/**
 * The page's own print() opens a dialog of the system, which the sandbox of its headers keeps shut. This one asks
 * main instead. No guard: a page that takes it away gets the other one.
 */
const PRINT = 'wardlock:print';
window.addEventListener(PRINT, () => ipcRenderer.send(WISH_CHANNEL, 'print'));
void webFrame.executeJavaScript(
  `window.print = () => void window.dispatchEvent(new Event('${PRINT}'));`,
);

/** Refused without a word to main by the same sandbox: told, where a link of the page is clicked. */
window.addEventListener(
  'click',
  (event) => {
    const isDownload = event
      .composedPath()
      .some((one) => one instanceof HTMLAnchorElement && one.hasAttribute('download'));
    if (isDownload) ipcRenderer.send(WISH_CHANNEL, 'download');
  },
  { capture: true },
);
