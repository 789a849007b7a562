/** How often the agent shows that it is alive, and how often somebody looks whether it has. In ms. */
export const BEAT_MS = 500;
/** Looks in a row without a beat: 5 seconds. */
const PATIENCE = 10;

/**
 * Watches the agent from another process (ADR 10): calls `end` once its beats have begun and then stay away.
 * Looks are counted instead of time measured: after a suspend, or on a computer out of breath, whoever looks
 * was as late as who should have beaten.
 */
export function watchAgent<Beat>(end: (last: Beat) => void): (beat: Beat) => void {
  let missed = 0;
  let last: Beat | undefined;
  let looking: NodeJS.Timeout | undefined;
  const look = () => {
    missed++;
    if (missed <= PATIENCE || last === undefined) return;
    clearInterval(looking);
    end(last);
  };
  return (beat) => {
    last = beat;
    missed = 0;
    looking ??= setInterval(look, BEAT_MS);
  };
}
