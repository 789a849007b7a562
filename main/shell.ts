import path from 'node:path';
import type { EventDraft, EventType } from '../common/event.ts';
import type { StationConfig } from './adapters/config.ts';
import { printPdf } from './adapters/printer.ts';
import { type BootStep, bootView } from './app/boot-view.ts';
import { sparingly } from './app/sparingly.ts';
import type { StationApp } from './app/station-app.ts';
import { shownLink } from './app/view.ts';
import type { Link } from './domain/link.ts';
import type { Stop } from './domain/station-state.ts';
import { handleAsks, tellView } from './ipc/handle.ts';
import type { CheckName } from '../common/findings.ts';
import type { Checked, Language, StationView } from '../preload/contract.ts';
import type { Clock } from './ports/clock.ts';
import { demoKeysWindow } from './windows/demo-keys.ts';
import { stationPages } from './windows/pages.ts';
import type { SessionListener } from './windows/session-windows.ts';
import { type Desk, desk, within } from './windows/surfaces.ts';

/** A curtain that does not draw itself keeps the station from work this long; its cloth covers meanwhile. */
const CURTAIN_PATIENCE_MS = 3_000;

type Check = (name: CheckName) => Promise<Checked>;

/** Windows and pages, covered from the first moment; the station is put behind them when it is there. */
export interface Shell {
  readonly desk: Desk;
  /** Resolves once the curtain is drawn, or has had its time to: main's files and answers are what it waits for. */
  readonly drawn: Promise<unknown>;
  /** What the curtain says while there is no station yet. Returns the number of that view. */
  boot(stop: Stop, unsealed?: boolean): number;
  /** The same, for a station that wants a pairing code. */
  unpaired(step: Extract<BootStep, { kind: 'unpaired' }>): void;
  /** Whether the server can be reached, for as long as there is no station to say so. */
  linked(link: Link): void;
  /** Who answers the connection test. */
  offer(check: Check): void;
  /** Who takes a pairing code from now on. */
  askFor(take: (code: string) => void): void;
  attach(station: StationApp): void;
}

export function createShell(
  config: StationConfig,
  clock: Clock,
  bundle: string,
  report: (code: string, cause?: unknown) => void,
  fatal: (code: string, cause: unknown) => void,
): Shell {
  const { place, rpId, language, theme, helpPhone } = config;
  let station: StationApp | undefined;
  let boot = bootView(
    { place, language, theme, helpPhone, simulated: __SIMULATED_KEYS__, unsealed: false },
    0,
    { kind: 'stopped', stop: 'starting' },
  );
  let takeCode = (_code: string): void => undefined;
  let check: Check | undefined;
  let hasDrawn = (): void => undefined;
  const drawn = within(CURTAIN_PATIENCE_MS, new Promise<void>((resolve) => (hasDrawn = resolve)));

  const sessionListener = (session: string): SessionListener => {
    const note = (type: EventType, outcome: 'success' | 'failure', detail: EventDraft['detail']) =>
      station?.noteOf(session, { type, outcome, detail });
    const blocked = sparingly<{ what: string; app?: string }>(clock.mono, (attempt, times) =>
      note('app.blocked', 'failure', { ...attempt, times }),
    );
    return {
      blocked: (what, app) =>
        blocked(`${app} ${what}`, { what, ...(app === undefined ? {} : { app }) }),
      opened: (app, isPopup) =>
        note('app.opened', 'success', { app, ...(isPopup ? { popup: true } : {}) }),
      printed(app, isTaken) {
        note('app.printed', isTaken ? 'success' : 'failure', { app });
        station?.tell(session, isTaken ? 'printed' : 'not-printed');
      },
      told: (what) => station?.tell(session, what),
      changed: () => station?.redraw(),
      crashed: (app) => note('app.crashed', 'failure', { app }),
    };
  };

  /** What a page can make happen as often as it likes leaves older lines in the log. */
  const seldom = sparingly<{ code: string; about?: string }>(clock.mono, ({ code, about }, times) =>
    report(code, [about, times > 1 && `${times} times`].filter(Boolean).join(', ') || undefined),
  );
  const pages = stationPages(rpId, path.join(bundle, 'ui'));
  // Before there is a page: the first thing it does is ask.
  handleAsks(
    {
      view: () => station?.view() ?? boot,
      start: () => station?.dispatch({ type: 'start' }),
      submitPin: (pin) => station?.submitPin(pin),
      cancel: () => station?.dispatch({ type: 'cancel' }),
      lock: () => station?.dispatch({ type: 'lock', cause: 'button' }),
      switchUser: () => station?.switchUser(),
      signOut: () => station?.signOut(),
      close: () => station?.close(),
      stay: () => station?.stay(),
      selectApp: (id) => station?.selectApp(id),
      closePopup: () => station?.closePopup(),
      heard: () => station?.heard(),
      reportLostKey: (said) => station?.reportLostKey(said) ?? 'not-recorded',
      pair: (code) => takeCode(code),
      check: (name) => check?.(name) ?? { finding: 'after-start' },
      setLanguage,
      drawn: () => hasDrawn(),
      naming: (session, page) => windows.naming(page, session),
      barHeight: (height, page) => windows.barHeight(page, height),
    },
    pages.origin,
    (id) => windows.isStationPage(id),
    (code, name, contents) => {
      seldom(`${code} ${name}`, { code: `ipc:${code}`, about: name });
      if (code === 'bad-sender') windows.blocked(contents, 'ipc');
    },
    (error) => fatal('ipc:threw', error),
  );
  const preloads = {
    station: path.join(bundle, 'preload.cjs'),
    app: path.join(bundle, 'app-preload.cjs'),
  };
  const windows: Desk = desk(
    pages,
    preloads,
    {
      session: sessionListener,
      blocked: (what) => seldom(what, { code: `blocked:${what}` }),
      pageGone(surface) {
        seldom(surface, { code: `page-gone:${surface}` });
        // Without the bar nobody's name is on the screen; without a curtain's page its cloth is still there.
        station?.dispatch({ type: 'lock', cause: 'fault' });
      },
      lock: () => station?.dispatch({ type: 'lock', cause: 'button' }),
      displaysChanged: () => station?.dispatch({ type: 'lock', cause: 'display' }),
      partitionKept: (cause) => report('partition-kept', cause),
    },
    printPdf,
  );
  windows.cover();

  function tell(next: Partial<StationView>): number {
    boot = { ...boot, ...next, revision: boot.revision + 1 };
    tellView(windows.pages(), boot);
    return boot.revision;
  }
  /** A page does not wait for the station to speak its reader's language. */
  function setLanguage(next: Language): void {
    if (station === undefined) tell({ language: next });
    else station.setLanguage(next);
  }

  if (__SIMULATED_KEYS__) {
    const address = process.env['WARDLOCK_DEMO_KEYS'];
    if (address !== undefined) windows.onRestacked(demoKeysWindow(address).raise);
  }

  return {
    desk: windows,
    drawn,
    boot(stop, unsealed = boot.unsealed) {
      takeCode = () => undefined;
      return tell({ unsealed, screen: { kind: 'curtain', step: { kind: 'stopped', stop } } });
    },
    unpaired: (step) => void tell({ screen: { kind: 'curtain', step } }),
    linked(link) {
      if (station !== undefined) return;
      // There is no journal yet, and so nothing that waits.
      tell({ link: shownLink({ link, waiting: 0, directory: undefined }) });
    },
    offer: (next) => void (check = next),
    askFor: (next) => void (takeCode = next),
    attach(next) {
      station = next;
      next.setLanguage(boot.language);
      next.onView((view) => tellView(windows.pages(), view));
      tellView(windows.pages(), next.view());
    },
  };
}
