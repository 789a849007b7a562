import { contextBridge, ipcRenderer } from 'electron';
import { askChannel, stationContract, tellChannel } from './contract.ts';

/** Exposes `window.station`: one function for each question of the contract, and the view. */
const asks = Object.keys(stationContract.ask).map((name) => [
  name,
  (...args: unknown[]) => ipcRenderer.invoke(askChannel(name), ...args),
]);

contextBridge.exposeInMainWorld('station', {
  ...Object.fromEntries(asks),
  onView(listener: (view: unknown) => void) {
    const forward = (_event: unknown, view: unknown) => listener(view);
    ipcRenderer.on(tellChannel('view'), forward);
    return () => ipcRenderer.removeListener(tellChannel('view'), forward);
  },
});
