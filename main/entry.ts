import { app } from 'electron';
import { diagnose } from './diagnose.ts';

// The station begins with what it loads: a folder, a log, a lock of its own. Who only wants to know what is
// wrong, beside a station that runs, begins nothing of that.
if (app.commandLine.hasSwitch('diagnose')) void diagnose(__dirname);
else void import('./index.ts');
