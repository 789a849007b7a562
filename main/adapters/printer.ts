import { execFile } from 'node:child_process';

const PATIENCE_MS = 30_000;

/**
 * Hands a PDF to the default printer of the station's user, without a file and without a dialog (CUPS, lp(1)).
 * Resolves to whether it was taken; Windows has no such program.
 */
export const printPdf = (pdf: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    // The title is on every list of jobs: no name of a page.
    const args = ['-s', '-t', 'Wardlock', '--', '-'];
    const lp = execFile('/usr/bin/lp', args, { timeout: PATIENCE_MS }, (error) =>
      resolve(error === null),
    );
    // Where it has ended already, the answer above says so.
    lp.stdin?.on('error', () => undefined);
    lp.stdin?.end(pdf);
  });
