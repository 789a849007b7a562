import type { StationApi } from '../preload/contract.ts';
import { receive } from './store/station-store.ts';

declare global {
  interface Window {
    readonly station: StationApi;
  }
}

/** The bridge to main, as preload exposes it. */
export const station: StationApi = window.station;

/** A person's intent. What comes of it arrives as the next view; a refusal is an error to report. */
export function intend(asked: Promise<void>): void {
  asked.catch(reportError);
}

/** Follows main's view; resolves with the first. The listener comes first, so that no view between the two is missed. */
export function followView(): Promise<void> {
  station.onView(receive);
  return station.view().then(receive, reportError);
}
