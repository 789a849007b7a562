import { sign } from 'node:crypto';
import { fromBase64url } from '../../common/bytes.ts';
import type { Keys } from '../keys.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { checkpointFile } from './checkpoint-file.ts';
import { type Published, createPublisher } from './publisher.ts';
import { type Sequencer, createSequencer } from './sequencer.ts';

export interface Ledger {
  /** The newest checkpoint that may be shown. */
  published(): Published | undefined;
  /** Throws what its last step failed with. */
  check(): Promise<void>;
  /** Ends the work in hand and lets another process go on. */
  close(): Promise<void>;
}

/** Events that come within this time are taken into the tree together, ms. */
const GATHER_MS = 100;
/** What another process has committed is looked for this often, ms. */
const LOOK_MS = 500;

/** Sequencer and publisher of a server on the keys and the folder that it has. */
export function ledgerParts(options: {
  readonly store: Store;
  readonly keys: Keys;
  readonly data: string;
  readonly now: () => number;
  readonly log: Log;
}) {
  const { store, keys, now, log } = options;
  let said = '';
  const publicKey = fromBase64url(keys.publicJwk.x);
  const publisher = createPublisher({ store, publicKey, file: checkpointFile(options.data) });
  const sequencer = createSequencer({
    store,
    publisher,
    publicKey,
    sign: async (message) => sign(null, message, keys.signing),
    now,
    alert(code, more) {
      const line = JSON.stringify([code, more]);
      if (line !== said) log.error({ alert: code, ...more }, 'the ledger needs a look');
      said = line;
    },
  });
  return { publisher, sequencer };
}

/** Runs the ledger of a server: every committed event is under a published checkpoint within a second. */
export function startLedger(options: Parameters<typeof ledgerParts>[0]): Ledger {
  const { publisher, sequencer } = ledgerParts(options);
  const { store, log } = options;
  const loop = createLoop(sequencer, (error) => {
    log.error({ alert: 'ledger-stands', err: error }, 'the ledger does not go on');
  });
  const deaf = store.notices.listen((hint) => {
    if (hint === 'events') loop.soon(GATHER_MS);
  });
  loop.soon(0);
  return {
    published: publisher.published,
    check: loop.check,
    async close() {
      deaf();
      await loop.end();
      // If the database is away by now, the term ends by itself.
      await sequencer.release().catch((error: unknown) => {
        log.warn({ err: error }, 'the ledger’s term is not ended');
      });
    },
  };
}

function createLoop(sequencer: Sequencer, failed: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let due = Infinity;
  let running: Promise<void> | undefined;
  /** How soon the next step is wanted, ms. */
  let wanted = LOOK_MS;
  let failure: { readonly error: unknown } | undefined;
  let isOver = false;

  function soon(ms: number): void {
    const at = performance.now() + ms;
    if (running !== undefined) wanted = Math.min(wanted, ms);
    if (isOver || running !== undefined || at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      running = run();
    }, ms).unref();
  }

  async function run(): Promise<void> {
    due = Infinity;
    wanted = LOOK_MS;
    try {
      if (await sequencer.step()) wanted = 0;
      failure = undefined;
    } catch (error) {
      // A database that is away comes back. The same once more is not news.
      if (failure === undefined || String(error) !== String(failure.error)) failed(error);
      failure = { error };
      wanted = LOOK_MS;
    }
    running = undefined;
    soon(wanted);
  }

  return {
    soon,
    async check() {
      if (failure !== undefined) throw new Error('the last step failed', { cause: failure.error });
    },
    async end() {
      isOver = true;
      clearTimeout(timer);
      await running;
    },
  };
}
