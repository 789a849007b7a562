// Makes the simulated keys of a demo or test practice.
// usage: node test/simulator/provision.mjs --rp-id ID --out FILE --person ID:NAME:PIN …
// prints { credentials: [{ person, id, publicKey, userHandle }] }, all base64url; publicKey is a COSE_Key
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { map, toCbor } from './cbor.mjs';

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

/** people: [{ id, name, pin }] → { keys (for the keys file), credentials (for the directory) } */
export function provision({ rpId, people }) {
  const keys = [];
  const credentials = [];
  for (const { id, name, pin } of people) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    const cose = toCbor(
      map(
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
      ),
    );
    const credential = { id: base64url(randomBytes(48)), userHandle: base64url(randomBytes(32)) };
    credentials.push({ person: id, publicKey: base64url(cose), ...credential });
    keys.push({
      id,
      name,
      pin,
      pinHash: createHash('sha256').update(pin).digest().subarray(0, 16).toString('base64'),
      pinRetries: 8,
      credentials: [
        {
          rpId,
          ...credential,
          privateKey: base64url(privateKey.export({ format: 'der', type: 'pkcs8' })),
          counter: 0,
          credProtect: 2,
        },
      ],
    });
  }
  return { keys, credentials };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      'rp-id': { type: 'string' },
      out: { type: 'string' },
      person: { type: 'string', multiple: true },
    },
  });
  if (!values['rp-id'] || !values.out || !values.person) {
    process.stderr.write('usage: provision.mjs --rp-id ID --out FILE --person ID:NAME:PIN …\n');
    process.exit(2);
  }
  const people = values.person.map((text) => {
    const [id, name, pin] = text.split(':');
    return { id, name, pin };
  });
  const { keys, credentials } = provision({ rpId: values['rp-id'], people });
  writeFileSync(values.out, JSON.stringify({ keys }, null, 1), { mode: 0o600 });
  process.stdout.write(`${JSON.stringify({ credentials })}\n`);
}
