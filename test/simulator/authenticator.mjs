// One plugged-in CTAP 2.1 security key: commands, PIN, touch, signatures. Written against the spec,
// from node:crypto and a CBOR library; it shares nothing with the client.
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  hkdfSync,
  randomBytes,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import { fromCbor, map, toCbor } from './cbor.mjs';

const status = {
  ok: 0x00,
  invalidCommand: 0x01,
  invalidParameter: 0x02,
  cborUnexpectedType: 0x11,
  invalidCbor: 0x12,
  missingParameter: 0x14,
  unsupportedOption: 0x2b,
  invalidOption: 0x2c,
  keepaliveCancel: 0x2d,
  noCredentials: 0x2e,
  userActionTimeout: 0x2f,
  pinInvalid: 0x31,
  pinBlocked: 0x32,
  pinAuthInvalid: 0x33,
  pinAuthBlocked: 0x34,
  pinNotSet: 0x35,
  invalidSubcommand: 0x3e,
  unauthorizedPermission: 0x40,
};

const permission = { getAssertion: 0x02 };
const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const bytes = (buffer) => new Uint8Array(buffer);
const isBytes = (value) => value instanceof Uint8Array;
const isText = (value) => typeof value === 'string';
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isMap = (value) => value instanceof Map;
const isFlag = (value) => typeof value === 'boolean';
const touchLimit = 30_000;
const tokenLimit = 30_000;

class Refusal extends Error {
  constructor(code) {
    super(`status 0x${code.toString(16)}`);
    this.code = code;
  }
}

/**
 * `record` is the key's entry in the keys file, `save` keeps it.
 * `touch.wait(signal)` resolves when a hand touches the key.
 */
export function plugIn(record, save, touch) {
  let agreement = createECDH('prime256v1');
  agreement.generateKeys();
  let token;
  let mismatches = 0; // consecutive, this power cycle (§6.5.5.7)

  const renewAgreement = () => {
    agreement = createECDH('prime256v1');
    agreement.generateKeys();
  };

  const protocolTwo = (cose) => {
    const point = Buffer.concat([Buffer.of(4), need(cose, -2, isBytes), need(cose, -3, isBytes)]);
    let shared;
    try {
      shared = agreement.computeSecret(point);
    } catch {
      throw new Refusal(status.invalidParameter);
    }
    return Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(32), 'CTAP2 AES key', 32));
  };

  const decrypt = (key, text) => {
    const decipher = createDecipheriv('aes-256-cbc', key, text.subarray(0, 16)).setAutoPadding(
      false,
    );
    return Buffer.concat([decipher.update(text.subarray(16)), decipher.final()]);
  };

  const encrypt = (key, text) => {
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    return bytes(Buffer.concat([iv, cipher.update(text), cipher.final()]));
  };

  /** A parameter, or undefined; one of another type is refused (§8.2). */
  const optional = (request, field, isRight) => {
    const value = request.get(field);
    if (value !== undefined && !isRight(value)) throw new Refusal(status.cborUnexpectedType);
    return value;
  };

  const need = (request, field, isRight) => {
    const value = optional(request, field, isRight);
    if (value === undefined) throw new Refusal(status.missingParameter);
    return value;
  };

  const getInfo = () =>
    map(
      [0x01, ['FIDO_2_0', 'FIDO_2_1']],
      [0x02, ['credProtect']],
      [0x03, bytes(Buffer.from('57617264006c6f636b00730069006d00', 'hex'))],
      [
        0x04,
        map(
          ['rk', true],
          ['up', true],
          ['plat', false],
          ['clientPin', record.pinHash !== undefined],
          ['pinUvAuthToken', true],
        ),
      ],
      [0x05, 1200],
      [0x06, [2]],
      [0x0d, 4],
    );

  /** §6.5.5.7: counts the try before it looks at the PIN. */
  const checkPin = (request) => {
    if (record.pinHash === undefined) throw new Refusal(status.pinNotSet);
    if (record.pinRetries === 0) throw new Refusal(status.pinBlocked);
    if (mismatches >= 3) throw new Refusal(status.pinAuthBlocked);
    const key = protocolTwo(need(request, 0x03, isMap));
    const encrypted = need(request, 0x06, isBytes);
    if (encrypted.length !== 32) throw new Refusal(status.invalidParameter);
    record.pinRetries--;
    save();
    if (!timingSafeEqual(decrypt(key, encrypted), Buffer.from(record.pinHash, 'base64'))) {
      mismatches++;
      renewAgreement();
      if (record.pinRetries === 0) throw new Refusal(status.pinBlocked);
      throw new Refusal(mismatches >= 3 ? status.pinAuthBlocked : status.pinInvalid);
    }
    record.pinRetries = 8;
    mismatches = 0;
    save();
    return key;
  };

  const newToken = (key, permissions, rpId) => {
    // §6.5.2.1: a token that is not used soon is good for nothing.
    token = { secret: randomBytes(32), permissions, rpId, expires: Date.now() + tokenLimit };
    return map([0x02, encrypt(key, token.secret)]);
  };

  const clientPin = (request) => {
    const subCommand = need(request, 0x02, isCount);
    if (subCommand !== 0x01 && need(request, 0x01, isCount) !== 2)
      throw new Refusal(status.invalidParameter);
    switch (subCommand) {
      case 0x01:
        return map([0x03, record.pinRetries], [0x04, mismatches >= 3]);
      case 0x02: {
        const point = agreement.getPublicKey();
        return map([
          0x01,
          map(
            [1, 2],
            [3, -25],
            [-1, 1],
            [-2, bytes(point.subarray(1, 33))],
            [-3, bytes(point.subarray(33))],
          ),
        ]);
      }
      case 0x05:
        if (request.has(0x09) || request.has(0x0a)) throw new Refusal(status.invalidParameter);
        return newToken(checkPin(request), permission.getAssertion, undefined);
      case 0x09: {
        const permissions = need(request, 0x09, isCount);
        const rpId = optional(request, 0x0a, isText);
        if (permissions === 0) throw new Refusal(status.invalidParameter);
        if ((permissions & ~permission.getAssertion) !== 0)
          throw new Refusal(status.unauthorizedPermission);
        // §6.5.5.7.2: an assertion's token is bound to one RP.
        if (rpId === undefined) throw new Refusal(status.missingParameter);
        return newToken(checkPin(request), permissions, rpId);
      }
      default:
        throw new Refusal(status.invalidSubcommand);
    }
  };

  /** §6.2.2 step 2: the PIN token must hold for this RP and this client data. */
  const verifyToken = (request, rpId, clientDataHash) => {
    const param = optional(request, 0x06, isBytes);
    if (param === undefined) return false;
    if (need(request, 0x07, isCount) !== 2) throw new Refusal(status.invalidParameter);
    const expected = token && createHmac('sha256', token.secret).update(clientDataHash).digest();
    if (
      !expected ||
      Date.now() > token.expires ||
      param.length !== 32 ||
      !timingSafeEqual(expected, param) ||
      (token.permissions & permission.getAssertion) === 0 ||
      (token.rpId !== undefined && token.rpId !== rpId)
    ) {
      throw new Refusal(status.pinAuthInvalid);
    }
    token.rpId ??= rpId;
    return true;
  };

  const getAssertion = async (request, signal) => {
    const rpId = need(request, 0x01, isText);
    const clientDataHash = need(request, 0x02, isBytes);
    const options = optional(request, 0x05, isMap) ?? new Map();
    const uv = verifyToken(request, rpId, clientDataHash);
    if (optional(options, 'uv', isFlag)) throw new Refusal(status.invalidOption);
    if (options.has('rk')) throw new Refusal(status.unsupportedOption);
    const allow = optional(request, 0x03, Array.isArray)?.map((descriptor) => {
      if (!isMap(descriptor)) throw new Refusal(status.cborUnexpectedType);
      return Buffer.from(need(descriptor, 'id', isBytes)).toString('base64url');
    });
    const found = record.credentials.filter(
      (credential) =>
        credential.rpId === rpId &&
        (allow === undefined || allow.includes(credential.id)) &&
        // §12.1: level 2 is found without UV only by those who know its id, level 3 never.
        (uv ||
          credential.credProtect === 1 ||
          (credential.credProtect === 2 && allow !== undefined)),
    );
    if (found.length === 0) throw new Refusal(status.noCredentials);
    const up = optional(options, 'up', isFlag) ?? true;
    if (up) {
      await touch.wait(signal, touchLimit).catch((reason) => {
        throw new Refusal(reason === 'timeout' ? status.userActionTimeout : status.keepaliveCancel);
      });
      // §6.2.2 step 9: the token is good for one presence.
      if (token) token.permissions = 0;
    }
    const [credential] = found;
    credential.counter++;
    save();
    const data = Buffer.alloc(37);
    sha256(rpId).copy(data);
    data[32] = (up ? 0x01 : 0) | (uv ? 0x04 : 0);
    data.writeUInt32BE(credential.counter, 33);
    const key = createPrivateKey({
      key: Buffer.from(credential.privateKey, 'base64url'),
      format: 'der',
      type: 'pkcs8',
    });
    return map(
      [0x01, map(['id', bytes(Buffer.from(credential.id, 'base64url'))], ['type', 'public-key'])],
      [0x02, bytes(data)],
      [0x03, bytes(sign('sha256', Buffer.concat([data, clientDataHash]), key))],
      [0x04, uv ? map(['id', bytes(Buffer.from(credential.userHandle, 'base64url'))]) : undefined],
      [0x05, found.length > 1 && allow === undefined ? found.length : undefined],
    );
  };

  const commands = { 0x02: getAssertion, 0x04: getInfo, 0x06: clientPin };

  return {
    get consecutiveMismatches() {
      return mismatches;
    },
    /** One CTAP2 message in, the answer out, status byte first. `signal` aborts on CTAPHID_CANCEL. */
    async handle(message, signal) {
      try {
        const run = commands[message[0]];
        if (run === undefined) throw new Refusal(status.invalidCommand);
        let request = new Map();
        if (message.length > 1) {
          try {
            request = fromCbor(message.subarray(1));
          } catch {
            throw new Refusal(status.invalidCbor);
          }
          if (!(request instanceof Map)) throw new Refusal(status.cborUnexpectedType);
        }
        return Buffer.concat([Buffer.of(status.ok), toCbor(await run(request, signal))]);
      } catch (error) {
        if (error instanceof Refusal) return Buffer.of(error.code);
        throw error;
      }
    },
  };
}
