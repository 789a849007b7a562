// A practice with real keys, a real database and a station that really signs: what the server's tests share.
import {
  type KeyObject,
  createHash,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { SignJWT, calculateJwkThumbprint } from 'jose';
import { type Sha256, toBase64url, utf8 } from '../../common/bytes.ts';
import { accessChallenge } from '../../common/challenge.ts';
import {
  type AccessEvent,
  type AccessProof,
  type EventDraft,
  GENESIS,
  canonicalBytes,
  chainHash,
} from '../../common/event.ts';
import {
  EVENTS_CONTENT_TYPE,
  type Ed25519Jwk,
  NONCE_HEADER,
  REQUEST_JWT_TYP,
  ed25519Jwk,
  type WireError,
  pairResponse,
  wireError,
} from '../../common/wire.ts';
import { demoPeople, demoPractice } from '../../demo/practice.mjs';
import { type AppOptions, buildApp } from '../../server/app.ts';
import { type Keys, loadKeys } from '../../server/keys.ts';
import { startLedger } from '../../server/ledger/ledger.ts';
import { createLog } from '../../server/log.ts';
import { createPairingCode } from '../../server/pairing.ts';
import { type Practice, practiceFile } from '../../server/practice.ts';
import { seed } from '../../server/seed.ts';
import { openStore } from '../../server/store/store.ts';
import { emptyDatabase } from '../support/database.ts';

export const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const RP_ID = 'localhost';

/** One person's key: a P-256 credential that signs assertions as a security key does. */
export interface PersonKey {
  readonly person: string;
  readonly id: string;
  readonly publicKey: string;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
  counter: number;
}

export function makePersonKey(person: string): PersonKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]);
  return {
    person,
    id: toBase64url(randomBytes(48)),
    publicKey: toBase64url(cose),
    userHandle: toBase64url(randomBytes(32)),
    privateKey,
    counter: 0,
  };
}

export interface AssertionOptions {
  readonly clientType?: string;
  readonly origin?: string;
  readonly crossOrigin?: boolean;
  readonly rpId?: string;
  /** UP 0x01, UV 0x04, BE 0x08, BS 0x10. */
  readonly flags?: number;
  readonly counter?: number;
  readonly nonce?: Uint8Array;
}

export function assertion(
  key: PersonKey,
  place: { station: string; epoch: string; head: string; seq: number },
  options: AssertionOptions = {},
): AccessProof {
  const nonce = options.nonce ?? randomBytes(32);
  const counter = options.counter ?? ++key.counter;
  const clientDataJSON = utf8(
    JSON.stringify({
      type: options.clientType ?? 'webauthn.get',
      challenge: toBase64url(accessChallenge(sha256, place, nonce)),
      origin: options.origin ?? `https://${RP_ID}`,
      crossOrigin: options.crossOrigin ?? false,
    }),
  );
  const authenticatorData = Buffer.alloc(37);
  authenticatorData.set(sha256(utf8(options.rpId ?? RP_ID)));
  authenticatorData[32] = options.flags ?? 0x05;
  authenticatorData.writeUInt32BE(counter, 33);
  const signature = sign(
    'sha256',
    Buffer.concat([authenticatorData, sha256(clientDataJSON)]),
    key.privateKey,
  );
  return {
    boundSeq: place.seq,
    nonce: toBase64url(nonce),
    credential: key.id,
    authenticatorData: toBase64url(authenticatorData),
    clientDataJSON: toBase64url(clientDataJSON),
    signature: toBase64url(signature),
  };
}

export interface Entry {
  readonly event: AccessEvent;
  readonly canonical: Uint8Array;
  readonly hash: string;
}

type LooseDraft = Omit<EventDraft, 'detail' | 'outcome'> & Partial<EventDraft>;

/** A station's journal: chained canonical events. `at` makes one fork off an older place. */
export class TestJournal {
  readonly station: string;
  readonly epoch: string;
  readonly boot = randomUUID();
  readonly entries: Entry[] = [];

  constructor(station: string, epoch: string = randomUUID()) {
    this.station = station;
    this.epoch = epoch;
  }

  place(seq = this.entries.length) {
    const head = seq === 0 ? GENESIS : (this.entries[seq - 1]?.hash ?? GENESIS);
    return { station: this.station, epoch: this.epoch, head, seq };
  }

  append(draft: LooseDraft, change: Partial<AccessEvent> = {}): Entry {
    const entry = this.craft(draft, change);
    this.entries.push(entry);
    return entry;
  }

  /** Builds the next event without appending it. */
  craft(draft: LooseDraft, change: Partial<AccessEvent> = {}): Entry {
    const event: AccessEvent = {
      outcome: 'success',
      detail: {},
      ...draft,
      v: 1,
      station: this.station,
      epoch: this.epoch,
      seq: this.entries.length + 1,
      at: new Date().toISOString(),
      boot: this.boot,
      mono: this.entries.length,
      dir: 1,
      prev: this.place().head,
      ...change,
    };
    const canonical = canonicalBytes(event);
    return { event, canonical, hash: chainHash(sha256, canonical) };
  }

  /** An access with a proof by this key, bound to the newest event. */
  access(
    key: PersonKey,
    more: {
      type?: 'session.opened' | 'session.resumed';
      session?: string;
      member?: string;
      proof?: AccessProof;
    } & AssertionOptions = {},
    change: Partial<AccessEvent> = {},
  ): Entry {
    const draft: LooseDraft = {
      type: more.type ?? 'session.opened',
      member: more.member ?? key.person,
      key: key.id,
      session: more.session ?? randomUUID(),
      proof: more.proof ?? assertion(key, this.place(), more),
    };
    return this.append(draft, change);
  }

  /** A resume without PIN, 100 s after the access with it and in a grace of 120 s. */
  tap(key: PersonKey, { event: pin }: Entry, change: Partial<AccessEvent> = {}): Entry {
    const { session, seq: pinSeq, mono } = pin;
    return this.access(
      key,
      { type: 'session.resumed', flags: 0x01, ...(session === undefined ? {} : { session }) },
      { dir: pin.dir, mono: mono + 100_000, detail: { pinSeq, graceSeconds: 120 }, ...change },
    );
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** The body of a refusal. */
export const refusalOf = (answer: Answer): WireError => wireError.parse(JSON.parse(answer.body));

export type Send = (request: {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array;
}) => Promise<Answer>;

/** What a test may falsify in one request. */
export interface Falsify {
  readonly alg?: string;
  readonly typ?: string;
  readonly kid?: string;
  readonly key?: KeyObject;
  readonly claims?: Record<string, string>;
  readonly contentType?: string;
  /** Sent instead of what was signed. */
  readonly body?: Uint8Array;
  readonly authorization?: string;
}

/** A station that signs its requests (common/wire.ts), written apart from the agent's own transport. */
export class TestStation {
  readonly privateKey: KeyObject;
  readonly publicJwk: Ed25519Jwk;
  id = '';
  nonce = 'none';
  /** Which start of its agent signs. */
  boot: string | undefined;
  send: Send;

  constructor(send: Send) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.privateKey = privateKey;
    const { kty, crv, x } = publicKey.export({ format: 'jwk' });
    this.publicJwk = ed25519Jwk.parse({ kty, crv, x });
    this.send = send;
  }

  async request(
    method: 'GET' | 'POST',
    url: string,
    body?: Uint8Array,
    falsify: Falsify = {},
  ): Promise<Answer> {
    const token = await new SignJWT({
      htm: method,
      htu: url,
      bsh: toBase64url(sha256(body ?? new Uint8Array(0))),
      nonce: this.nonce,
      boot: this.boot,
      ...falsify.claims,
    })
      .setProtectedHeader({
        alg: falsify.alg ?? 'EdDSA',
        typ: falsify.typ ?? REQUEST_JWT_TYP,
        kid: falsify.kid ?? this.id,
      })
      .sign(falsify.key ?? this.privateKey);
    const sent = falsify.body ?? body;
    const answer = await this.send({
      method,
      url,
      headers: {
        authorization: falsify.authorization ?? `Wardlock ${token}`,
        ...(sent === undefined
          ? {}
          : { 'content-type': falsify.contentType ?? 'application/json' }),
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    this.nonce = answer.headers[NONCE_HEADER] ?? this.nonce;
    return answer;
  }

  async newNonce(): Promise<string> {
    const answer = await this.send({ method: 'GET', url: '/v1/nonce', headers: {} });
    return answer.headers[NONCE_HEADER] ?? 'none';
  }

  async fetchNonce(): Promise<void> {
    this.nonce = await this.newNonce();
  }

  async pair(
    code: string,
    name = 'Ward 3, room 12',
    falsify: Falsify = {},
    former?: string,
  ): Promise<Answer> {
    await this.fetchNonce();
    const kid = await calculateJwkThumbprint(this.publicJwk, 'sha256');
    const [secret] = code.split('.');
    const body = utf8(JSON.stringify({ secret, name, publicKey: this.publicJwk, station: former }));
    const answer = await this.request('POST', '/v1/pair', body, { kid, ...falsify });
    if (answer.status === 200) this.id = pairResponse.parse(JSON.parse(answer.body)).station;
    return answer;
  }

  upload(entries: readonly Pick<Entry, 'canonical'>[], falsify: Falsify = {}): Promise<Answer> {
    return this.request('POST', '/v1/events', ndjson(entries.map((one) => one.canonical)), {
      contentType: EVENTS_CONTENT_TYPE,
      ...falsify,
    });
  }
}

export const ndjson = (lines: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(lines.flatMap((line) => [line, utf8('\n')]));

export const sendOverHttp =
  (origin: string): Send =>
  async ({ method, url, headers, body }) => {
    const response = await fetch(origin + url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };

/** Straight into a server that does not listen. */
export const sendInto =
  (app: FastifyInstance): Send =>
  async ({ method, url, headers, body }) => {
    const response = await app.inject({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { payload: Buffer.from(body) }),
    });
    return {
      status: response.statusCode,
      headers: Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: response.body,
    };
  };

/** The demo practice with keys of its own, as practice.json would hold it. */
export function makePractice(): { practice: Practice; keys: PersonKey[] } {
  const keys = demoPeople.map((person) => makePersonKey(person.id));
  const practice = practiceFile.parse(
    demoPractice({ credentials: keys, appUrl: 'http://127.0.0.1:8788/' }),
  );
  return { practice, keys };
}

/** A seeded server that does not listen, and its clock. */
export async function openLab(
  options: Pick<AppOptions, 'listening' | 'metricsToken' | 'limits'> & {
    /** False: the test drives the ledger itself. */
    readonly runsLedger?: boolean;
  } = {},
) {
  const data = await mkdtemp(path.join(tmpdir(), 'wardlock-server-'));
  const { practice, keys: people } = makePractice();
  const keys: Keys = await loadKeys(data);
  const database = await emptyDatabase();
  const store = await openStore({ data, database });
  const clock = { ms: Date.now() };
  await seed(store, keys, practice, clock.ms);
  let logged = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  const { runsLedger = true, ...appOptions } = options;
  const log = createLog(sink);
  const ledger = runsLedger
    ? startLedger({ store, keys, data, now: () => clock.ms, log })
    : {
        published: () => undefined,
        check: async () => undefined,
        close: async () => undefined,
      };
  const app = await buildApp({
    store,
    keys,
    log,
    ledger,
    consoleDir: path.join(data, 'no-console'),
    now: () => clock.ms,
    ...appOptions,
  });
  const send = sendInto(app);
  const [nurse, physician] = people;
  if (nurse === undefined || physician === undefined) throw new Error('the demo has four people');

  return {
    data,
    database,
    app,
    store,
    ledger,
    keys,
    clock,
    practice,
    nurse,
    physician,
    send,
    log: () => logged,
    async pairingCode(uses = 1, hours = 24, approved = true): Promise<string> {
      const code = await createPairingCode(store, keys, {
        group: 'ICU North',
        uses,
        hours,
        approved,
        now: clock.ms,
      });
      if (!code.ok) throw new Error('no such group');
      return code.value;
    },
    async pairedStation(): Promise<TestStation> {
      const station = new TestStation(send);
      const answer = await station.pair(await this.pairingCode());
      if (answer.status !== 200) throw new Error(answer.body);
      return station;
    },
    console: (url: string, token: string | undefined = keys.consoleToken) => {
      const headers: Record<string, string> =
        token === '' ? {} : { authorization: `Bearer ${token}` };
      return send({ method: 'GET', url, headers });
    },
    async close() {
      await app.close();
      await ledger.close();
      await store.close();
      await rm(data, { recursive: true });
    },
  };
}

export type Lab = Awaited<ReturnType<typeof openLab>>;
