import { type Checkpoint, openCheckpoint } from '../../common/checkpoint.ts';
import { verifyEd25519 } from '../ed25519.ts';
import { sha256 } from '../hash.ts';
import type { Store } from '../store/store.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { isContinued } from './continuity.ts';

export interface Published {
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

export interface Publisher {
  /** The newest checkpoint that may be shown: it is in the file already. */
  published(): Published | undefined;
  /** What was shown last, by this process or by another one in this folder. Read it before the database. */
  shown(): Promise<Checkpoint | undefined>;
  /** Shows the newest checkpoint of the database; false when it does not continue what was shown. */
  publish(): Promise<boolean>;
}

export function createPublisher(ports: {
  readonly store: Pick<Store, 'read'>;
  /** The server's signing key; 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly file: CheckpointFile;
}): Publisher {
  const { store, publicKey, file } = ports;
  let published: Published | undefined;

  const open = (note: string): Checkpoint | undefined => {
    const opened = openCheckpoint({ sha256, verify: verifyEd25519 }, note, publicKey);
    return opened.ok ? opened.value : undefined;
  };

  async function shown(): Promise<Checkpoint | undefined> {
    const note = await file.read();
    if (note === undefined) return undefined;
    const checkpoint = open(note);
    // Without it nobody can tell a restored database from the right one.
    if (checkpoint === undefined) throw new Error('the checkpoint file is not of this server');
    return checkpoint;
  }

  return {
    published: () => published,
    shown,
    async publish() {
      // The file first: a tree that is in it was in the database before.
      const before = await shown();
      const row = await store.read.ledger();
      const { note } = row;
      if (before !== undefined && !(await isContinued(store.read, before, row))) return false;
      if (note === null || note === published?.note) return true;
      const checkpoint = open(note);
      if (checkpoint === undefined) throw new Error('the newest checkpoint is not of this server');
      await file.write(note);
      published = { note, checkpoint };
      return true;
    },
  };
}
