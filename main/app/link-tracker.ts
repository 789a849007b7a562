import { type Link, nextLink } from '../domain/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { Transport, TransportError } from '../ports/transport.ts';
import type { Result } from '../../common/result.ts';

/** One connection state for all who talk to the server. */
export interface LinkTracker {
  current(): Link;
  /** Called at each change, not with the state at subscription. */
  listen(listener: (link: Link) => void): void;
}

/** The same transport; each of its answers, also a refusal, says that the server can be reached. */
export function trackLink(
  transport: Transport,
  clock: Pick<Clock, 'wall'>,
): { readonly link: LinkTracker; readonly transport: Transport } {
  let current: Link = { kind: 'connecting' };
  const listeners = new Set<(link: Link) => void>();
  async function heard<T>(
    asked: Promise<Result<T, TransportError>>,
  ): Promise<Result<T, TransportError>> {
    const answer = await asked;
    const reached = answer.ok || answer.error.kind === 'refused';
    const next = nextLink(current, reached, clock.wall());
    if (next !== current) {
      current = next;
      for (const listener of listeners) listener(next);
    }
    return answer;
  }
  return {
    link: { current: () => current, listen: (listener) => void listeners.add(listener) },
    transport: {
      pair: (code, name) => heard(transport.pair(code, name)),
      directory: (have) => heard(transport.directory(have)),
      upload: (canonical) => heard(transport.upload(canonical)),
    },
  };
}
