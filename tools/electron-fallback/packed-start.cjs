// What default-app/main.cjs does for an app in a folder, for a packed one: gives the main process what
// Electron 45 has and 25 has not. Only test/support/packed-agent.ts puts it into a package.
'use strict';
const { clipboard } = require('electron');

globalThis.crypto ??= require('node:crypto').webcrypto;
clipboard.selection ??= { clear: () => clipboard.clear('selection') };
require('./out/agent/main.cjs');
