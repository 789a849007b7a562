// The switches inside Electron's binary (Electron's documentation, “Fuses”).
import {
  FuseState,
  FuseV1Options,
  FuseVersion,
  flipFuses,
  getCurrentFuseWire,
} from '@electron/fuses';

/** Every fuse of the production package, with the reason where the name does not tell it. */
export const productionFuses = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  // --inspect, and SIGUSR1.
  EnableNodeCliInspectArguments: false,
  // Checked on Windows and macOS; Linux has no integrity check yet.
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  // There is no snapshot of our own.
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
  // Without them WebAssembly of clinical apps would only be slower.
  WasmTrapHandlers: true,
};

/**
 * Sets every fuse that the binary has; fails where it has one that is not listed here.
 * @param {string} executable
 * @param {{ inspectable?: boolean }} [options] `inspectable` is the one difference of the test package
 */
export async function setFuses(executable, { inspectable = false } = {}) {
  const wanted = { ...productionFuses, EnableNodeCliInspectArguments: inspectable };
  const present = Object.keys(await readFuses(executable));
  const unknown = present.filter((name) => !Object.hasOwn(wanted, name));
  if (unknown.length > 0)
    throw new Error(`fuses that tools/fuses.mjs does not know: ${unknown.join(', ')}`);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    ...Object.fromEntries(present.map((name) => [FuseV1Options[name], wanted[name]])),
  });
}

/**
 * The fuses of a binary by name. An older runtime has fewer.
 * @param {string} executable
 * @returns {Promise<Record<string, boolean>>}
 */
export async function readFuses(executable) {
  const { version: _version, ...wire } = await getCurrentFuseWire(executable);
  return Object.fromEntries(
    Object.entries(wire).map(([index, state]) => [
      FuseV1Options[index] ?? index,
      state === FuseState.ENABLE,
    ]),
  );
}
