import { contextBridge, ipcRenderer } from 'electron';
import { askChannel, tellChannel } from './channels.ts';

/** Exposes `window.station`: one function for each question of the contract, and the view. */
const asks = __ASKS__.map((name) => [
  name,
  (...args: unknown[]) => {
    const answer: Promise<unknown> = ipcRenderer.invoke(askChannel(name), ...args);
    // Serialised by now: this world's copy of a PIN has served.
    for (const arg of args) if (arg instanceof Uint8Array) arg.fill(0);
    return answer;
  },
]);

contextBridge.exposeInMainWorld('station', {
  ...Object.fromEntries(asks),
  onView(listener: (view: unknown) => void) {
    const forward = (_event: unknown, view: unknown) => listener(view);
    ipcRenderer.on(tellChannel('view'), forward);
    return () => ipcRenderer.removeListener(tellChannel('view'), forward);
  },
});
