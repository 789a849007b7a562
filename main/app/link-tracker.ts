import { type Link, nextLink } from '../domain/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { Transport, TransportError } from '../ports/transport.ts';
import type { Result } from '../../common/result.ts';

/** One connection state for all who talk to the server. */
export interface LinkTracker {
  current(): Link;
  /** Called at each change, not with the state at subscription. */
  listen(listener: (link: Link) => void): void;
  /** Called whenever an answer says what this station is to the server; it may say the same again. */
  onStanding(listener: (standing: Standing) => void): void;
}

/** What the server says of this station: it waits for approval, its key was revoked, or neither. */
export type Standing = 'pending' | 'revoked' | 'active';

/** What an answer says of it; undefined = nothing. */
function standingOf<T>(answer: Result<T, TransportError>): Standing | undefined {
  if (answer.ok) return 'active';
  if (answer.error.kind !== 'refused') return undefined;
  const { code } = answer.error.error;
  if (code === 'station-pending') return 'pending';
  return code === 'station-revoked' ? 'revoked' : undefined;
}

/** The same transport; each of its answers, also a refusal, says that the server can be reached. */
export function trackLink(
  transport: Transport,
  clock: Pick<Clock, 'wall'>,
): { readonly link: LinkTracker; readonly transport: Transport } {
  let current: Link = { kind: 'connecting' };
  const listeners = new Set<(link: Link) => void>();
  const standingListeners = new Set<(standing: Standing) => void>();
  function note(reached: boolean): void {
    const next = nextLink(current, reached, clock.wall());
    if (next === current) return;
    current = next;
    for (const listener of listeners) listener(next);
  }
  async function heard<T>(
    asked: Promise<Result<T, TransportError>>,
  ): Promise<Result<T, TransportError>> {
    const answer = await asked;
    note(answer.ok || answer.error.kind === 'refused');
    const standing = standingOf(answer);
    if (standing !== undefined) for (const listener of standingListeners) listener(standing);
    return answer;
  }
  return {
    link: {
      current: () => current,
      listen: (listener) => void listeners.add(listener),
      onStanding: (listener) => void standingListeners.add(listener),
    },
    transport: {
      pair: (code, name, former) => heard(transport.pair(code, name, former)),
      directory: (have) => heard(transport.directory(have)),
      upload: (canonical) => heard(transport.upload(canonical)),
      receipt: (ask, query) => heard(transport.receipt(ask, query)),
      commands: (ask, after) => heard(transport.commands(ask, after)),
      answerCommand: (answer) => heard(transport.answerCommand(answer)),
      // Its end says nothing: a proxy may cut streams while every request goes through.
      stream: (listener, signal) =>
        transport.stream(
          {
            ...listener,
            opened() {
              note(true);
              listener.opened();
            },
          },
          signal,
        ),
    },
  };
}
