import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { utf8 } from '../../common/bytes.ts';
import { canonicalJson } from '../../common/canonical.ts';
import { canonicalBytes } from '../../common/event.ts';
import { eventsResponse } from '../../common/wire.ts';
import { checkAssertion } from '../../server/domain/assertion.ts';
import {
  type AssertionOptions,
  type Lab,
  TestJournal,
  type TestStation,
  assertion,
  makePersonKey,
  openLab,
  refusalOf,
  sha256,
} from './server-lab.ts';

let lab: Lab;
let station: TestStation;
let journal: TestJournal;
beforeEach(async () => {
  lab = await openLab();
  station = await lab.pairedStation();
  journal = new TestJournal(station.id);
});
afterEach(async () => {
  await lab.close();
});

/** Stored rows, oldest first. */
const stored = async () =>
  (await lab.store.read.events({ after: 0, limit: 10_000 })).map((row) => ({
    seq: row.seq,
    hash: row.hash,
    verdict: row.verdict,
    reason: row.reason,
    text: Buffer.from(row.canonical).toString('utf8'),
  }));
const headSeq = async () => (await lab.store.read.head(station.id))?.seq;
const fill = (count: number) =>
  Array.from({ length: count }, () => journal.append({ type: 'app.blocked' }));
const acknowledged = (answer: { body: string }) => eventsResponse.parse(JSON.parse(answer.body));

describe('the chain', () => {
  test('events are stored verbatim and in order, and acknowledged up to the last', async () => {
    const entries = fill(3);
    const answer = await station.upload(entries);
    expect(answer.status).toBe(200);
    expect(acknowledged(answer)).toEqual({
      epoch: journal.epoch,
      seq: 3,
      hash: entries[2]?.hash,
      accepted: 3,
    });
    expect(await stored()).toEqual(
      entries.map(({ event, hash, canonical }) => ({
        seq: event.seq,
        hash,
        verdict: 'verified',
        reason: null,
        text: new TextDecoder().decode(canonical),
      })),
    );
  });

  test('exact repeats are acknowledged again and stored once', async () => {
    const entries = fill(5);
    await station.upload(entries.slice(0, 3));
    const overlap = await station.upload(entries.slice(1));
    expect(acknowledged(overlap)).toMatchObject({ seq: 5, accepted: 2 });
    const all = await station.upload(entries);
    expect(acknowledged(all)).toMatchObject({ seq: 5, accepted: 0, hash: entries[4]?.hash });
    expect((await stored()).map((row) => row.seq)).toEqual([1, 2, 3, 4, 5]);
  });

  test('a batch of 1000 is taken, 1001 are not', async () => {
    expect((await station.upload(fill(1000))).status).toBe(200);
    expect(await headSeq()).toBe(1000);
    const answer = await station.upload([...journal.entries, ...fill(1)]);
    expect(answer.status).toBe(413);
    expect(refusalOf(answer).code).toBe('too-many-events');
  });

  test('another event at a taken place is a fork: kept as disputed, the head stays', async () => {
    const entries = fill(3);
    await station.upload(entries);
    const fork = new TestJournal(station.id, journal.epoch);
    fork.entries.push(...entries.slice(0, 1));
    const forged = [
      fork.append({ type: 'session.ended' }),
      fork.append({ type: 'app.crashed' }),
      fork.append({ type: 'app.crashed' }),
    ];
    const answer = await station.upload(forged);
    expect(answer.status).toBe(409);
    expect(refusalOf(answer).code).toBe('chain-fork');
    expect((await stored()).slice(3)).toEqual(
      forged.map(({ event, hash, canonical }) => ({
        seq: event.seq,
        hash,
        verdict: 'disputed',
        reason: 'chain-fork',
        text: new TextDecoder().decode(canonical),
      })),
    );
    expect(await headSeq()).toBe(3);
    expect(lab.log().match(/"alert":"disputed"/g)).toHaveLength(3);

    // Again: still refused, stored once; and the station's true journal goes on.
    expect((await station.upload(forged)).status).toBe(409);
    expect(await stored()).toHaveLength(6);
    expect((await station.upload(fill(1))).status).toBe(200);
    expect(await headSeq()).toBe(4);
  });

  test('a wrong prev is a fork; what was good before it in the batch is stored', async () => {
    const good = fill(2);
    const bad = journal.craft({ type: 'app.blocked' }, { prev: 'a'.repeat(64) });
    const answer = await station.upload([...good, bad]);
    expect(refusalOf(answer).code).toBe('chain-fork');
    expect((await stored()).map((row) => row.verdict)).toEqual([
      'verified',
      'verified',
      'disputed',
    ]);
    expect(await headSeq()).toBe(2);
  });

  test('a gap is kept as disputed, and settled when the missing events come', async () => {
    const entries = fill(4);
    const answer = await station.upload(entries.slice(2));
    expect(answer.status).toBe(409);
    expect(refusalOf(answer).code).toBe('chain-gap');
    expect((await stored()).map((row) => row.reason)).toEqual(['chain-gap', 'chain-gap']);
    expect(await headSeq()).toBe(0);

    expect(acknowledged(await station.upload(entries))).toMatchObject({ seq: 4, accepted: 4 });
    expect((await stored()).map((row) => [row.seq, row.verdict])).toEqual([
      [1, 'verified'],
      [2, 'verified'],
      [3, 'verified'],
      [4, 'verified'],
    ]);
  });

  test('a new epoch begins at 1 with no predecessor, and leaves the old one whole', async () => {
    await station.upload(fill(2));
    const next = new TestJournal(station.id);
    const late = next.craft({ type: 'station.started' }, { seq: 2 });
    expect(refusalOf(await station.upload([late])).code).toBe('chain-gap');
    const tied = next.craft({ type: 'station.started' }, { prev: 'b'.repeat(64) });
    expect(refusalOf(await station.upload([tied])).code).toBe('chain-fork');
    expect((await lab.store.read.head(station.id))?.epoch).toBe(journal.epoch);

    const first = next.append({ type: 'station.started' });
    expect(acknowledged(await station.upload([first]))).toMatchObject({ seq: 1, accepted: 1 });
    expect((await lab.store.read.head(station.id))?.epoch).toBe(next.epoch);
    // What the old epoch still held back arrives late, and the head stays with the new one.
    expect(acknowledged(await station.upload(fill(1)))).toMatchObject({ seq: 3, accepted: 1 });
    expect((await lab.store.read.head(station.id))?.epoch).toBe(next.epoch);
  });

  test('uploads at the same time are each stored once', async () => {
    const entries = fill(30);
    const answers = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const nonce = await station.newNonce();
        return acknowledged(await station.upload(entries, { claims: { nonce } }));
      }),
    );
    expect(answers.map((answer) => answer.seq)).toEqual([30, 30, 30, 30]);
    expect(answers.reduce((sum, answer) => sum + answer.accepted, 0)).toBe(30);
    expect(await stored()).toHaveLength(30);
  });
});

describe('lines that are not taken', () => {
  const send = (body: Uint8Array) =>
    station.request('POST', '/v1/events', body, { contentType: 'application/x-ndjson' });

  test('other spellings of the same event are not canonical', async () => {
    const { canonical, event } = journal.craft({ type: 'app.blocked' });
    const text = new TextDecoder().decode(canonical);
    const spellings = [
      ` ${text}`,
      JSON.stringify(event),
      text.replace('"app.blocked"', '"app.\\u0062locked"'),
      text.replace('"v":1', '"v":1.0'),
      text.replace('"v":1', '"v":2,"v":1'),
      `${text}\r`,
    ];
    for (const spelling of spellings) {
      const answer = await send(utf8(`${spelling}\n`));
      expect(answer.status, spelling).toBe(400);
      expect(['not-canonical', 'invalid']).toContain(refusalOf(answer).code);
      expect(refusalOf(answer).field).toMatch(/^line 1/);
    }
    expect(await stored()).toHaveLength(0);
    expect((await send(canonical)).status).toBe(200);
  });

  test.each([
    ['no JSON', () => utf8('{"v":1\n'), 'invalid', 'line 1'],
    ['no UTF-8', () => Uint8Array.of(0x22, 0xff, 0x22), 'invalid', 'line 1'],
    ['nothing', () => new Uint8Array(0), 'empty', undefined],
    [
      'an unknown type',
      () =>
        utf8(
          new TextDecoder()
            .decode(journal.craft({ type: 'app.blocked' }).canonical)
            .replace('app.blocked', 'app.painted'),
        ),
      'invalid',
      'line 1: type',
    ],
  ] as const)('%s', async (_name, body, code, field) => {
    const answer = await send(body());
    expect(refusalOf(answer).code).toBe(code);
    expect(refusalOf(answer).field).toBe(field);
    expect(await stored()).toHaveLength(0);
  });

  test('a field in a later line is named with its line', async () => {
    const [first] = fill(1);
    const second = canonicalBytes({
      ...journal.craft({ type: 'app.blocked' }).event,
      detail: { 'Bad Key': 'x' },
    });
    const answer = await send(Buffer.concat([first?.canonical ?? utf8(''), utf8('\n'), second]));
    expect(refusalOf(answer)).toMatchObject({ code: 'invalid', field: 'line 2: detail.Bad Key' });
    expect(await stored()).toHaveLength(0);
  });

  test('another station’s events, mixed epochs and descending order', async () => {
    const foreign = new TestJournal(randomUUID()).append({ type: 'station.started' });
    expect(refusalOf(await station.upload([foreign])).code).toBe('foreign-station');
    const other = new TestJournal(station.id).append({ type: 'station.started' });
    const [first, second] = fill(2);
    if (first === undefined || second === undefined) throw new Error('two events');
    expect(refusalOf(await station.upload([first, other])).code).toBe('mixed-epochs');
    expect(refusalOf(await station.upload([second, first])).code).toBe('not-ascending');
    expect(refusalOf(await station.upload([first, first])).code).toBe('not-ascending');
    expect(await stored()).toHaveLength(0);
  });

  test('an event of 65,535 bytes is taken; one byte more is refused, here and at the station', async () => {
    const name = (n: number) => `d${String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26))}`;
    const sized = (bytes: number) => {
      const { event } = journal.craft({ type: 'app.blocked' });
      const detail: Record<string, string> = {};
      const missing = () => bytes - utf8(canonicalJson({ ...event, detail })).length;
      for (let n = 0; missing() > 0; n++) {
        // A name, its quotes, colon and comma take 9 bytes; what is over goes to the last value.
        const length = missing() > 300 ? 128 : Math.min(128, missing() - 9);
        detail[name(n)] = 'x'.repeat(length);
      }
      expect(missing()).toBe(0);
      return { ...event, detail };
    };
    expect(() => canonicalBytes(sized(65_536))).toThrow('event of 65536 bytes');
    const long = await send(utf8(canonicalJson(sized(65_536))));
    expect(refusalOf(long)).toMatchObject({ code: 'line-too-long', field: 'line 1' });
    expect(await stored()).toHaveLength(0);
    expect((await send(canonicalBytes(sized(65_535)))).status).toBe(200);
  });

  test('another content type', async () => {
    const answer = await station.upload(fill(1), { contentType: 'application/json' });
    expect(answer.status).toBe(415);
    expect(refusalOf(answer).code).toBe('wrong-content-type');
  });
});

describe('access proofs', () => {
  const verdicts = async () =>
    (await stored()).map((row) => (row.reason === null ? row.verdict : row.reason));
  const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);

  test('an access that the member’s key signed at this place is verified', async () => {
    fill(2);
    journal.access(lab.nurse);
    journal.append({ type: 'session.locked', member: lab.nurse.person });
    journal.access(lab.nurse, { type: 'session.resumed' });
    expect((await station.upload(journal.entries)).status).toBe(200);
    expect(await verdicts()).toEqual(Array.from({ length: 5 }, () => 'verified'));
    expect(lab.log()).not.toContain('"alert"');
  });

  test('the very first event, bound to GENESIS, and one bound to an earlier upload', async () => {
    journal.access(lab.nurse);
    await station.upload(journal.entries);
    const proof = assertion(lab.physician, journal.place());
    journal.append({ type: 'app.blocked' });
    journal.access(lab.physician, { proof });
    expect((await station.upload(journal.entries.slice(1))).status).toBe(200);
    expect(await verdicts()).toEqual(['verified', 'verified', 'verified']);
  });

  /** Uploads one access between two other events; it is stored and acknowledged whatever it is worth. */
  const accessWith = async (make: () => void) => {
    fill(2);
    make();
    fill(1);
    const answer = await station.upload(journal.entries);
    expect(answer.status).toBe(200);
    expect(acknowledged(answer)).toMatchObject({ seq: 4, accepted: 4 });
    const [, , access, after] = await stored();
    expect(after?.verdict).toBe('verified');
    if (access?.verdict === 'unproven') {
      const alert = `"alert":"unproven","reason":"${access.reason}","station":"${station.id}"`;
      expect(lab.log()).toContain(alert);
    }
    return access?.reason ?? access?.verdict;
  };

  test('without a proof', async () => {
    const make = () =>
      journal.append({ type: 'session.opened', member: lab.nurse.person, session: randomUUID() });
    expect(await accessWith(make)).toBe('proof-missing');
  });

  test.each(['signature', 'authenticatorData', 'clientDataJSON', 'nonce'] as const)(
    'a byte of its %s flipped',
    async (field) => {
      const make = () => {
        const right = assertion(lab.nurse, journal.place());
        journal.access(lab.nurse, { proof: { ...right, [field]: flip(right[field]) } });
      };
      const expected = {
        signature: 'signature',
        authenticatorData: 'rp-id',
        clientDataJSON: 'malformed',
        nonce: 'challenge',
      }[field];
      expect(await accessWith(make)).toBe(expected);
    },
  );

  test('every byte of r and s counts', async () => {
    const right = assertion(lab.nurse, journal.place());
    const [credential] = await lab.store.read.credentials([lab.nurse.id]);
    const check = (signature: string) => {
      const proof = { ...right, signature };
      const { event } = journal.craft({ type: 'session.opened', member: lab.nurse.person, proof });
      return checkAssertion(event, proof, credential, 'localhost', sha256);
    };
    expect(await check(right.signature)).toMatchObject({ ok: true });
    const bytes = Buffer.from(right.signature, 'base64url');
    // DER: 30 length 02 length r 02 length s. A lax reading of this frame would be no forgery.
    const rEnd = 4 + (bytes[3] ?? 0);
    const frame = new Set([0, 1, 2, 3, rEnd, rEnd + 1]);
    for (let at = 0; at < bytes.length; at++) {
      if (frame.has(at)) continue;
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      expect(await check(changed.toString('base64url')), `byte ${at}`).toEqual({
        ok: false,
        reason: 'signature',
      });
    }
  });

  test.each<[string, AssertionOptions]>([
    ['client-data-type', { clientType: 'webauthn.create' }],
    ['origin', { origin: 'https://localhost.example' }],
    ['origin', { origin: 'http://localhost' }],
    ['origin', { crossOrigin: true }],
    ['rp-id', { rpId: 'localhost.example' }],
    ['user-present', { flags: 0x04 }],
    ['user-verified', { flags: 0x01 }],
    ['backup-eligible', { flags: 0x0d }],
    ['backup-eligible', { flags: 0x1d }],
  ])('%s %o', async (reason, options) => {
    expect(await accessWith(() => journal.access(lab.nurse, options))).toBe(reason);
  });

  test('in another member’s name', async () => {
    const make = () => journal.access(lab.nurse, { member: lab.physician.person });
    expect(await accessWith(make)).toBe('member-mismatch');
  });

  test('with a key that is not the event’s', async () => {
    const make = () => {
      const proof = assertion(lab.nurse, journal.place());
      const { id: key } = lab.physician;
      journal.append({ type: 'session.opened', member: lab.nurse.person, key, proof });
    };
    expect(await accessWith(make)).toBe('key-mismatch');
  });

  test('with a credential that the directory does not know', async () => {
    const stranger = makePersonKey(lab.nurse.person);
    expect(await accessWith(() => journal.access(stranger))).toBe('credential-unknown');
  });

  test('signed by another key under the member’s credential id', async () => {
    const thief = { ...makePersonKey(lab.nurse.person), id: lab.nurse.id };
    expect(await accessWith(() => journal.access(thief))).toBe('signature');
  });

  test('bound to itself or to the future', async () => {
    const make = () =>
      journal.access(lab.nurse, {
        proof: assertion(lab.nurse, { ...journal.place(), seq: journal.entries.length + 1 }),
      });
    expect(await accessWith(make)).toBe('bound-place');
  });

  test('bound to another place, another epoch or another station', async () => {
    const places = [
      { ...journal.place(), head: 'c'.repeat(64) },
      { ...journal.place(), epoch: randomUUID() },
      { ...journal.place(), station: randomUUID() },
    ];
    for (const place of places) journal.access(lab.nurse, { proof: assertion(lab.nurse, place) });
    await station.upload(journal.entries);
    // Only the first of them is at its own place 0; the chain holds all the same.
    expect(await verdicts()).toEqual(['challenge', 'challenge', 'challenge']);
    expect(await headSeq()).toBe(3);
  });

  test('a proof opens one session, once: in the same upload, a later one, another station', async () => {
    const proof = assertion(lab.nurse, journal.place());
    journal.access(lab.nurse, { proof });
    journal.access(lab.nurse, { proof });
    await station.upload(journal.entries);
    expect(await verdicts()).toEqual(['verified', 'nonce-used']);
    journal.access(lab.nurse, { proof });
    await station.upload(journal.entries.slice(2));
    expect((await verdicts())[2]).toBe('nonce-used');
    const second = await lab.pairedStation();
    const elsewhere = new TestJournal(second.id);
    elsewhere.access(lab.nurse, { proof });
    await second.upload(elsewhere.entries);
    expect((await verdicts())[3]).toBe('challenge');
  });

  test('a counter that goes back in one journal, or comes twice anywhere', async () => {
    journal.access(lab.nurse, { counter: 7 });
    journal.access(lab.nurse, { counter: 7 });
    journal.access(lab.nurse, { counter: 6 });
    journal.access(lab.nurse, { counter: 9 });
    await station.upload(journal.entries);
    expect(await verdicts()).toEqual(['verified', 'counter', 'counter', 'verified']);

    const second = await lab.pairedStation();
    const elsewhere = new TestJournal(second.id);
    // A station that was offline uploads what came before: not a clone.
    elsewhere.access(lab.nurse, { counter: 3 });
    elsewhere.access(lab.nurse, { counter: 9 });
    elsewhere.access(lab.nurse, { counter: 10 });
    await second.upload(elsewhere.entries);
    expect((await verdicts()).slice(4)).toEqual(['verified', 'counter', 'verified']);
  });

  test('a counter that stays 0 shows nothing and is taken', async () => {
    journal.access(lab.nurse, { counter: 0 });
    journal.access(lab.nurse, { counter: 0 });
    await station.upload(journal.entries);
    expect(await verdicts()).toEqual(['verified', 'verified']);
  });

  test('a disputed access does not use up its proof', async () => {
    fill(1);
    journal.access(lab.nurse);
    expect((await station.upload(journal.entries.slice(1))).status).toBe(409);
    expect((await station.upload(journal.entries)).status).toBe(200);
    expect(await verdicts()).toEqual(['verified', 'verified']);
  });
});
