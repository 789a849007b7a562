// The simulated keys of a practice, as they are kept between runs: PIN hash, tries, counters, credentials.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * { keys: [{ id, name, pin (for the demonstration page only), pinHash (base64, 16 bytes), pinRetries,
 *   credentials: [{ rpId, id, userHandle, privateKey (base64url, PKCS8), counter, credProtect }] }] }
 */
export function openKeysFile(file) {
  const content = JSON.parse(readFileSync(file, 'utf8'));
  return {
    keys: content.keys,
    save() {
      const temporary = `${file}.${process.pid}.tmp`;
      writeFileSync(temporary, JSON.stringify(content, null, 1), { mode: 0o600 });
      renameSync(temporary, file);
    },
  };
}
