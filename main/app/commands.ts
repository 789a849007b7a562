import type { Command, CommandAnswer, CommandSheet } from '../../common/command.ts';
import { type Result, err, ok, unreachable } from '../../common/result.ts';
import { backoffMs } from '../domain/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { StationState } from '../ports/station-state.ts';
import type { Transport } from '../ports/transport.ts';

/** What a command may do to the station. Each tells whether anything changed. */
export interface Commanded {
  lock(): boolean;
  /** Locks this member's session, if it is on screen. */
  lockElsewhere(member: string): boolean;
  signOut(): boolean;
  /** Ends this epoch of the journal, if it is the one, and begins another. */
  newEpoch(epoch: string): boolean;
}

export interface CommandPorts {
  readonly station: string;
  readonly commanded: Commanded;
  readonly transport: Pick<Transport, 'commands' | 'answerCommand'>;
  /** The sheet if, and only if, the paired server signed it as one. */
  readonly open: (jws: string) => Promise<CommandSheet | undefined>;
  readonly state: Pick<StationState, 'commandNumber' | 'raiseCommandNumber'>;
  readonly clock: Clock;
  /** A random number from 0 up to 1. */
  readonly random: () => number;
  /** 16 random bytes, base64url. */
  readonly ask: () => string;
  readonly report: (code: string, cause?: unknown) => void;
}

export type SheetRefusal = 'bad-signature' | 'foreign' | 'replayed';
export type CommandRefusal = 'older' | 'expired';

/** Is this the answer to what was asked, by this station, now? */
export function checkSheet(
  sheet: CommandSheet | undefined,
  { station, ask }: { readonly station: string; readonly ask: string },
): Result<CommandSheet, SheetRefusal> {
  if (sheet === undefined) return err('bad-signature');
  if (sheet.station !== station) return err('foreign');
  return sheet.ask === ask ? ok(sheet) : err('replayed');
}

/** Why a command of a good sheet is not carried out. Both times are the server's own. */
export function commandRefusal(
  { number, expiresAt }: Command,
  { carriedOut, now }: { readonly carriedOut: number; readonly now: string },
): CommandRefusal | undefined {
  if (number <= carriedOut) return 'older';
  return Date.parse(expiresAt) <= Date.parse(now) ? 'expired' : undefined;
}

export interface CommandRunner {
  /** There may be commands: asks, now or once the question on its way is answered. */
  kick(): void;
  close(): void;
}

/** Asks for commands and carries them out, each once, in order. */
export function createCommandRunner(ports: CommandPorts): CommandRunner {
  const { station, commanded, transport, state, clock, random, report } = ports;
  let isAsking = false;
  let isWanted = false;
  let isClosed = false;
  let failures = 0;
  /** What was carried out although a full disk has no room to say so. */
  let unmarked = 0;
  const carriedOut = () => Math.max(state.commandNumber(), unmarked);
  let stopTimer = (): void => undefined;

  async function run(): Promise<void> {
    isAsking = true;
    while (isWanted && !isClosed) {
      isWanted = false;
      let asked: boolean;
      try {
        asked = await askOnce();
      } catch (error) {
        report('commands:threw', error);
        asked = false;
      }
      failures = asked ? 0 : failures + 1;
    }
    isAsking = false;
    if (failures === 0 || isClosed) return;
    stopTimer();
    stopTimer = clock.at(clock.mono() + backoffMs(failures, random()), kick);
  }

  async function askOnce(): Promise<boolean> {
    const ask = ports.ask();
    const answer = await transport.commands(ask, carriedOut());
    if (isClosed) return true;
    if (!answer.ok) {
      if (answer.error.kind === 'refused') report(`commands:refused:${answer.error.error.code}`);
      return false;
    }
    const sheet = checkSheet(await ports.open(answer.value), { station, ask });
    if (isClosed) return true;
    if (!sheet.ok) {
      report(`commands:${sheet.error}`);
      return false;
    }
    const { commands, now } = sheet.value;
    const answers = commands.flatMap((command) => carryOut(command, now));
    for (const one of answers) {
      const told = await transport.answerCommand(one);
      // It is carried out all the same, and the next question says up to which number.
      if (!told.ok) report(`command:not-answered:${one.number}`);
    }
    // More than one sheet holds.
    if (answers.length > 0) isWanted = true;
    return true;
  }

  function carryOut(command: Command, now: string): CommandAnswer[] {
    const { number } = command;
    const refusal = commandRefusal(command, { carriedOut: carriedOut(), now });
    if (refusal !== undefined) report(`command:${refusal}:${number}`);
    if (refusal === 'older') return [];
    // An epoch ends once, whatever comes twice; a crash in between must not lose the approval.
    const isOnce = command.kind === 'new-epoch';
    // Before it is carried out: after a crash in between the station is locked, and nothing is done twice.
    if (!isOnce) mark(number);
    const outcome = refusal ?? (perform(command) ? 'done' : 'nothing');
    if (isOnce) state.raiseCommandNumber(number);
    return [{ number, outcome }];
  }

  /** A disk without room keeps no screen open. What is done once more after a restart finds it locked. */
  function mark(number: number): void {
    try {
      state.raiseCommandNumber(number);
    } catch (error) {
      report('command:not-marked', error);
      unmarked = Math.max(unmarked, number);
    }
  }

  function perform(command: Command): boolean {
    switch (command.kind) {
      case 'lock':
        return commanded.lock();
      case 'lock-elsewhere':
        return commanded.lockElsewhere(command.member);
      case 'sign-out':
        return commanded.signOut();
      case 'new-epoch':
        return commanded.newEpoch(command.epoch);
      default:
        return unreachable(command);
    }
  }

  function kick(): void {
    isWanted = true;
    if (!isAsking && !isClosed) void run();
  }

  return {
    kick,
    close() {
      isClosed = true;
      stopTimer();
    },
  };
}
