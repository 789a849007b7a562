import { execFileSync } from 'node:child_process';
import inspector from 'node:inspector';
import { app } from 'electron';
import { isElevated, refuseStart } from './adapters/start-guard.ts';
import { diagnose } from './diagnose.ts';

const whoami = () =>
  execFileSync(String.raw`C:\Windows\System32\whoami.exe`, ['/groups'], { encoding: 'utf8' });

/** Before anything is loaded that reads a file. Development starts from a folder, with whatever options. */
if (!process.defaultApp) {
  const refusal = refuseStart({
    args: process.argv.slice(1),
    platform: process.platform,
    environment: process.env,
    isElevated: isElevated(process.getuid?.(), whoami),
    isInspectable: inspector.url() !== undefined,
  });
  if (refusal !== undefined) {
    process.stderr.write(`${refusal.sentence}\n`);
    process.exit(refusal.code);
  }
}

// The station begins with what it loads: a folder, a log, a lock of its own. Who only wants to know what is
// wrong, beside a station that runs, begins nothing of that.
if (app.commandLine.hasSwitch('diagnose')) void diagnose(__dirname);
else
  import('./index.ts').catch((error: unknown) => {
    // Nothing is there yet that would say it, or end the agent.
    process.stderr.write(`Wardlock cannot start: ${String(error)}\n`);
    app.exit(70);
  });
