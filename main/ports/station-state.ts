/**
 * Marks that only ever rise and must survive a restart: otherwise a cloned key, an old directory, a clock set
 * back or another ledger would pass after one.
 */
export interface StationState {
  /** Largest signature counter seen from this credential (base64url id); 0 when none was. */
  counter(credential: string): number;
  raiseCounter(credential: string, seen: number): void;
  /** Largest version of the directory ever in force; 0 when there was none. */
  directoryVersion(): number;
  raiseDirectoryVersion(version: number): void;
  /** Largest wall time ever seen, the server's signed times included; ms since the Unix epoch, 0 at first. */
  latestTime(): number;
  raiseLatestTime(ms: number): void;
  /** When the server last confirmed the directory in force; ms since the Unix epoch, 0 when never. */
  directoryConfirmed(): number;
  raiseDirectoryConfirmed(ms: number): void;
  /** Largest number of a server's command carried out here; 0 when none was. */
  commandNumber(): number;
  raiseCommandNumber(number: number): void;
  /** Newest checkpoint of the server's ledger that was proven here: its signed note, as an auditor takes it. */
  checkpoint(): string | undefined;
  keepCheckpoint(note: string): void;
}
