// Makes the simulated keys of a demo or test practice.
// usage: node test/simulator/provision.ts --rp-id ID --out FILE --person ID:NAME:PIN …
// prints { credentials: [{ person, id, publicKey, userHandle }] }, all base64url; publicKey is a COSE_Key
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { toCbor } from './cbor.ts';
import { pinHash } from './client-pin.ts';
import { newHmacSecret } from './hmac-secret.ts';
import { cosePublicKey, newPrivateKey } from './keys.ts';
import { base64url } from './parameters.ts';
import { type Credential, type KeyRecord, complete } from './record.ts';

export interface ProvisionedCredential {
  readonly person: string;
  readonly id: string;
  readonly publicKey: string;
  readonly userHandle: string;
}

/** Each person's key with one credential: `keys` for the keys file, `credentials` for the directory. */
export function provision(request: {
  readonly rpId: string;
  readonly people: readonly { readonly id: string; readonly name: string; readonly pin: string }[];
}): { readonly keys: KeyRecord[]; readonly credentials: ProvisionedCredential[] } {
  const { rpId, people } = request;
  const credentials: ProvisionedCredential[] = [];
  const keys = people.map(({ id, name, pin }) => {
    const credential: Credential = {
      rpId,
      id: base64url(randomBytes(48)),
      userHandle: base64url(randomBytes(32)),
      privateKey: newPrivateKey(),
      counter: 0,
      credProtect: 2,
      hmacSecret: newHmacSecret(),
    };
    credentials.push({
      person: id,
      publicKey: base64url(toCbor(cosePublicKey(credential.privateKey))),
      id: credential.id,
      userHandle: credential.userHandle,
    });
    return complete({
      id,
      name,
      pin,
      pinHash: pinHash(pin),
      pinLength: [...pin].length,
      credentials: [credential],
    });
  });
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
  const { out, person, 'rp-id': rpId } = values;
  if (rpId === undefined || out === undefined || person === undefined) {
    process.stderr.write('usage: provision.ts --rp-id ID --out FILE --person ID:NAME:PIN …\n');
    process.exit(2);
  }
  const people = person.map((text) => {
    const [id = '', name = '', pin = ''] = text.split(':');
    return { id, name, pin };
  });
  const { keys, credentials } = provision({ rpId, people });
  writeFileSync(out, JSON.stringify({ keys }, null, 1), { mode: 0o600 });
  process.stdout.write(`${JSON.stringify({ credentials })}\n`);
}
