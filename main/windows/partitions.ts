import { type Session, session } from 'electron';

/** The in-memory partition of one session. */
export interface Home {
  readonly partition: Session;
  /** Empties it, to be used again; where that fails it never is. */
  giveBack(): void;
}

/**
 * Electron keeps every partition that it has ever made, 0.7 MB each, until the agent ends. So one that has been
 * emptied is used again, and by the same member only: should anything be left in it, it was theirs.
 */
export function homes(onKept: (cause: unknown) => void): (member: string) => Home {
  const empty = new Map<string, Session[]>();
  let made = 0;

  const clear = async (partition: Session) => {
    await partition.closeAllConnections();
    await partition.clearStorageData();
    await partition.clearCache();
    await partition.clearCodeCaches({});
    await partition.clearAuthCache();
    await partition.clearHostResolverCache();
  };

  return (member) => {
    const used = empty.get(member)?.pop();
    // What listened to its last session is not to hear of this one.
    used?.removeAllListeners();
    // No "persist:" prefix: it lives in memory.
    const partition = used ?? session.fromPartition(`session-${++made}`, { cache: true });
    return {
      partition,
      giveBack: () =>
        void clear(partition).then(
          () => empty.set(member, [...(empty.get(member) ?? []), partition]),
          onKept,
        ),
    };
  };
}
