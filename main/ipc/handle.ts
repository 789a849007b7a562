import { type WebContents, ipcMain } from 'electron';
import {
  type AskArgs,
  type AskName,
  type AskResult,
  type StationView,
  askChannel,
  stationContract,
  stationView,
  tellChannel,
} from '../../preload/contract.ts';
import { isStationPage } from './sender.ts';

/** Main's side of the contract: one handler for each question; `page` is the id of the asking WebContents. */
export type AskHandlers = {
  readonly [N in AskName]: (
    ...args: [...AskArgs<N>, page: number]
  ) => AskResult<N> | Promise<AskResult<N>>;
};

/** A refused question: the code reaches the page as the message of its rejected promise. */
class AskRefused extends Error {
  constructor(
    code: 'bad-sender' | 'bad-arguments' | 'bad-result',
    name: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${name}`, options);
    this.name = 'AskRefused';
  }
}

/** Registers every question of the contract, each behind the sender check and its schemas. */
export function handleAsks(
  handlers: AskHandlers,
  origin: string,
  isOurs: (webContentsId: number) => boolean,
  onRefused: (code: string, name: string, sender: WebContents) => void,
  /** A handler threw: nobody knows what was left undone. */
  onThrew: (error: unknown) => void,
): void {
  for (const name of Object.keys(stationContract.ask) as AskName[]) {
    const { args, result } = stationContract.ask[name];
    const handler = handlers[name] as (...args: readonly unknown[]) => unknown;
    ipcMain.handle(askChannel(name), async (event, ...given) => {
      const refuse = (code: 'bad-sender' | 'bad-arguments' | 'bad-result', cause?: unknown) => {
        onRefused(code, name, event.sender);
        return new AskRefused(code, name, { cause });
      };
      if (!isStationPage(event, origin, isOurs)) throw refuse('bad-sender');
      const parsed = args.safeParse(given);
      if (!parsed.success) throw refuse('bad-arguments');
      let raw: unknown;
      try {
        raw = await handler(...parsed.data, event.sender.id);
      } catch (error) {
        onThrew(error);
        throw error;
      }
      const answer = result.safeParse(raw);
      if (!answer.success) throw refuse('bad-result', answer.error);
      return answer.data;
    });
  }
}

/** Sends the view to the station's pages. */
export function tellView(pages: readonly WebContents[], view: StationView): void {
  const checked = stationView.parse(view);
  for (const page of pages) if (!page.isDestroyed()) page.send(tellChannel('view'), checked);
}
