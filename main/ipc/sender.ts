import type { WebContents, WebFrameMain } from 'electron';

/** What the sender check looks at. */
export interface Sender {
  readonly sender: Pick<WebContents, 'id'>;
  readonly senderFrame: Pick<WebFrameMain, 'url' | 'parent'> | null;
}

/**
 * A question is answered only for the top frame of a window that we made for the station's pages,
 * while it shows the station's origin.
 */
export const isStationPage = (
  event: Sender,
  origin: string,
  isOurs: (webContentsId: number) => boolean,
): boolean => {
  const frame = event.senderFrame;
  if (frame === null || frame.parent !== null || !isOurs(event.sender.id)) return false;
  try {
    return new URL(frame.url).origin === origin;
  } catch {
    return false;
  }
};
