import { type Result, ok } from '../common/result.ts';
import { getPinRetries, getUvRetries } from './ctap2/client-pin.ts';
import { CtapHid } from './ctap2/ctaphid.ts';
import { getInfo } from './ctap2/get-info.ts';
import type { PacketPort } from './ctap2/packet-port.ts';
import { type Refused, guard, refused } from './ctap2/refusal.ts';
import { MIN_PIN_CODE_POINTS } from './ctap2/set-pin.ts';
import { commonProtocol } from './ctap2/shared-secret.ts';
import { type KeySource, OpenError } from './hid/key-source.ts';
import { type KeyFacts, type KeyInspection, versionName } from './key-inspection.ts';
import { surroundings } from './surroundings.ts';

type Found = KeyInspection['keys'][number]['found'];

/** Asks every key that is plugged in what it is, one after another. No PIN, no touch, nothing changes. */
export async function inspectKeys(sources: readonly KeySource[]): Promise<KeyInspection> {
  const keys: KeyInspection['keys'] = [];
  let listed = true;
  for (const source of sources) {
    if (!(await source.look())) listed = false;
    source.setQuiet(true);
    for (const { id, product, simulated } of source.keys()) {
      keys.push({ id, product, simulated, found: await inspect(source, id) });
    }
    source.setQuiet(false);
  }
  return { kind: 'inspection', listed, keys };
}

async function inspect(source: KeySource, id: string): Promise<Found> {
  let port;
  try {
    port = await source.open(id);
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    return { kind: 'refused', code: error.failure };
  }
  const facts = await read(port);
  return facts.ok ? facts.value : { kind: 'refused', code: facts.error.code };
}

async function read(port: PacketPort): Promise<Result<KeyFacts, Refused>> {
  const hid = new CtapHid(port, surroundings, () => undefined);
  try {
    return await guard(async () => {
      const { cbor } = await hid.open();
      return cbor ? ok(await ask(hid)) : refused('u2f-only');
    });
  } finally {
    await hid.close();
  }
}

async function ask(hid: CtapHid): Promise<KeyFacts> {
  const info = await getInfo(hid);
  const protocol = commonProtocol(info.pinUvAuthProtocols);
  const pin =
    info.clientPin === true && protocol !== undefined
      ? await getPinRetries(hid, protocol)
      : undefined;
  const fingerprintRetries =
    info.uv === true && protocol !== undefined ? await getUvRetries(hid, protocol) : undefined;
  return {
    kind: 'read',
    versions: info.versions.filter((name) => versionName.safeParse(name).success),
    pinProtocols: [...info.pinUvAuthProtocols],
    pinSet: info.clientPin,
    pinRetries: pin?.retries,
    needsReinsert: pin?.needsReinsert ?? false,
    mustChangePin: info.forcePinChange,
    minPinLength: Math.max(MIN_PIN_CODE_POINTS, info.minPinLength),
    fingerprint: info.uv,
    fingerprintRetries,
    alwaysUv: info.alwaysUv,
    management: info.credentialManagement !== undefined,
    freeSlots: info.freeSlots === undefined ? undefined : Math.max(0, info.freeSlots),
  };
}
