import path from 'node:path';
import { err, ok } from '../../common/result.ts';
import { buildApp } from '../app.ts';
import { loadKeys } from '../keys.ts';
import { createLog } from '../log.ts';
import { openStore } from '../store/store.ts';
import { program } from './program.ts';
import { noServerIn } from './with-server.ts';

/** Serves until SIGTERM or SIGINT. The first line on stdout says where; everything else is on stderr. */
export const serve = program({
  name: 'serve',
  about: 'Runs the server until it gets SIGTERM or SIGINT.',
  settings: ['data', 'port'],
  options: {},
  async run({ data, port: wantedPort }) {
    const nothing = noServerIn(data);
    if (nothing !== undefined) return err(nothing);
    const log = createLog();
    const keys = await loadKeys(data);
    const store = await openStore(data);
    const app = await buildApp({ store, keys, log, consoleDir: consoleDir() });
    try {
      await app.listen({ host: '127.0.0.1', port: wantedPort });
    } catch (error) {
      await store.close();
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
      return err(`--port is ${wantedPort}, which is in use; allowed is a free port, or 0 for any.`);
    }
    const address = app.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port to listen on');
    const { port } = address;

    const stop = (signal: string) => {
      log.info({ signal }, 'stopping');
      app
        .close()
        .then(() => store.close())
        .catch((error: unknown) => {
          log.fatal({ err: error }, 'the stop failed');
          process.exitCode = 1;
        });
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);

    const consoleUrl = `http://localhost:${port}/?token=${keys.consoleToken}`;
    process.stdout.write(`${JSON.stringify({ ready: true, port, consoleUrl })}\n`);
    return ok(undefined);
  },
});

/** Beside the bundle; where the source runs, what the last build left. */
const consoleDir = (): string =>
  import.meta.filename.endsWith('.ts')
    ? path.resolve(import.meta.dirname, '../../out/server/console')
    : path.join(import.meta.dirname, 'console');
