// electron-builder calls these: once the runtime lies in the output folder, and once the app lies beside it.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setFuses } from './fuses.mjs';

/**
 * A package carries the Electron of package-lock.json and no other: the fallback runtime of
 * tools/electron.mjs is for trying out only.
 * @param {{ appOutDir: string, packager: { info: { framework: { version: string } } } }} context
 */
export async function afterExtract({ appOutDir, packager }) {
  const wanted = packager.info.framework.version;
  const found = (await readFile(path.join(appOutDir, 'version'), 'utf8')).trim().replace(/^v/, '');
  if (found !== wanted) {
    throw new Error(`refusing to package Electron ${found}: package-lock.json says ${wanted}`);
  }
  await removeDefaultApp(appOutDir);
}

/** The app that a bare runtime shows; with another app in place it is never loaded. */
export async function removeDefaultApp(appOutDir) {
  await rm(path.join(appOutDir, 'resources', 'default_app.asar'), { force: true });
}

/**
 * Before anything is signed.
 * @param {{ appOutDir: string, electronPlatformName: string, packager: { executableName?: string, appInfo: { productFilename: string } } }} context
 * @param {{ inspectable?: boolean }} [fuses]
 */
export async function afterPack({ appOutDir, electronPlatformName, packager }, fuses) {
  const executable =
    electronPlatformName === 'win32'
      ? `${packager.appInfo.productFilename}.exe`
      : packager.executableName;
  await setFuses(path.join(appOutDir, executable), fuses);
}
