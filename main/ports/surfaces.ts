import type { ClinicalApp } from '../../common/policy.ts';

/** The apps a session was opened with, and the one in front. */
export interface SessionApps {
  readonly apps: readonly ClinicalApp[];
  readonly active: string | undefined;
  /** The app in front has opened a window over its page. */
  readonly hasPopup: boolean;
  /** The app in front went down, or cannot be reached: its window is empty until it is selected. */
  readonly isDown: boolean;
}

/** The windows, as the app sees them. `cover` is synchronous: it returns once every curtain is shown. */
export interface Surfaces {
  cover(): void;
  /** Somebody is on the way in: makes what every session needs, so that it is there in time. */
  prepare(): void;
  /** Shows bar and windows of the session, then takes the curtain from the working display. */
  uncover(session: string): void;
  /** Creates bar and app windows of a new session, hidden; apps that do not start automatically wait. */
  open(session: string, member: string, apps: readonly ClinicalApp[]): void;
  /** Destroys the session's windows and all that its in-memory partition holds. */
  destroy(session: string): void;
  /** Brings an app to the front; starts it where it does not run. */
  selectApp(session: string, app: string): void;
  /** Gives the keyboard back to the app in front: whoever touched the bar goes on typing there. */
  focus(session: string): void;
  /** Closes the newest window that the app in front has opened. */
  closePopup(session: string): void;
  /** Covers the session below the bar (idle warning, key sheet), or takes that cover away. */
  overlay(shown: boolean): void;
}
