import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { toBase64 } from '../../common/bytes.ts';
import { id } from '../../common/event.ts';
import {
  RECEIPT_JWS_TYP,
  consistencyAnswer,
  inclusionAnswer,
  receiptAnswer,
} from '../../common/receipt.ts';
import { TILE_WIDTH, readTilePath, tileWidth } from '../../common/tiles.ts';
import type { Context } from '../context.ts';
import { askedOnce } from '../http/asked-once.ts';
import { entryBundle } from '../domain/tiles.ts';
import { Refusal } from '../errors.ts';
import { hasConsoleToken } from '../http/console-cookie.ts';
import { stationAuth, stationOf } from '../http/station-auth.ts';
import { signedBy } from '../keys.ts';
import { entriesBetween } from '../ledger/entries.ts';
import { HASH_BYTES } from '../ledger/export-format.ts';
import type { Published } from '../ledger/publisher.ts';
import { makeReceipt } from '../ledger/receipt.ts';
import { countWithin, removedIn } from '../ledger/removed.ts';
import { treeReader } from '../ledger/tree-reader.ts';

const place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const bytes = { content: { 'application/octet-stream': { schema: z.string() } } };

/** The ledger over HTTP, as of https://c2sp.org/tlog-tiles, and proofs for those who do not want to compute them. */
export const logRoutes =
  (context: Context): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, ledger, keys } = context;

    const newest = (): Published => {
      const published = ledger.published();
      if (published === undefined) throw new Refusal('no-checkpoint');
      return published;
    };
    /** `size` of the query; only a tree that was published is proven. */
    const sizeOf = (asked: number | undefined, field: string): number => {
      const { size } = newest().checkpoint;
      if (asked !== undefined && asked > size) throw outOfTree(field, asked, `at most ${size}`);
      return asked ?? size;
    };

    app.get(
      '/v1/log/checkpoint',
      {
        schema: {
          summary: 'The newest signed checkpoint (C2SP tlog-checkpoint)',
          response: { 200: { content: { 'text/plain': { schema: z.string() } } } },
        },
      },
      async (_request, reply) => reply.type('text/plain; charset=utf-8').send(newest().note),
    );

    app.get(
      '/v1/log/tile/*',
      {
        schema: {
          summary:
            'A tile L/N[.p/W], or with a role an entry bundle entries/N[.p/W] (C2SP tlog-tiles)',
          params: z.object({ '*': z.string().max(100) }),
          response: { 200: bytes },
        },
      },
      async (request, reply) => {
        const tile = readTilePath(request.params['*']);
        if (tile === undefined) throw new Refusal('not-found');
        const { level, index, width } = tile;
        const isEntries = level === 'entries';
        // Hashes tell nothing; events do.
        if (isEntries && !hasConsoleToken(request.headers, keys.consoleToken)) {
          throw new Refusal('no-console-token');
        }
        const { size } = newest().checkpoint;
        if (width > tileWidth(isEntries ? 0 : level, index, size)) throw new Refusal('not-found');
        if (isEntries) return sendBytes(reply, await bundle(index, width), 'private');
        const hashes = await store.read.tile(level, index);
        if (hashes === undefined) throw new Error(`tile ${level}/${index} is not there`);
        return sendBytes(reply, Buffer.from(hashes.subarray(0, width * HASH_BYTES)), 'public');
      },
    );

    async function bundle(index: number, width: number): Promise<Buffer> {
      const from = index * TILE_WIDTH;
      const entries: Uint8Array[] = [];
      for await (const { bytes: entry } of entriesBetween(store.read, from, from + width)) {
        entries.push(entry);
      }
      if (entries.length !== width) {
        const { runs } = await removedIn(store.read, newest().checkpoint.size);
        const removed = countWithin(runs, from, from + width);
        if (entries.length + removed < width)
          throw new Error(`entries from leaf ${from} on are gone`);
        throw new Refusal('entries-removed');
      }
      return entryBundle(entries);
    }

    app.get(
      '/v1/log/inclusion',
      {
        schema: {
          summary: 'Proves that a leaf is in the tree (RFC 6962 §2.1.1)',
          querystring: z.strictObject({ index: place, size: place.optional() }),
          response: { 200: inclusionAnswer },
        },
      },
      async (request) => {
        const size = sizeOf(request.query.size, 'size');
        const { index } = request.query;
        if (index >= size) throw outOfTree('index', index, `less than ${size}`);
        const tree = treeReader(store.read);
        const [leaf, proof] = [await tree.leaf(index), await tree.inclusion(index, size)];
        return { index, size, leaf: toBase64(leaf), proof: proof.map(toBase64) };
      },
    );

    app.get(
      '/v1/log/consistency',
      {
        schema: {
          summary: 'Proves that one tree is another, grown (RFC 6962 §2.1.2)',
          querystring: z.strictObject({ from: place, to: place.optional() }),
          response: { 200: consistencyAnswer },
        },
      },
      async (request) => {
        const to = sizeOf(request.query.to, 'to');
        const { from } = request.query;
        if (from > to) throw outOfTree('from', from, `at most ${to}`);
        const proof = await treeReader(store.read).consistency(from, to);
        return { from, to, proof: proof.map(toBase64) };
      },
    );

    app.get(
      '/v1/log/receipt',
      {
        ...stationAuth(context),
        schema: {
          summary:
            'Proves to a station that its events are in the tree, and that the tree is the one it knew',
          security: [{ station: [] }],
          querystring: z.strictObject({
            ask: askedOnce,
            epoch: id,
            after: place,
            last: place,
            size: place,
          }),
          response: {
            200: { content: { 'application/jose': { schema: z.string() } } },
          },
        },
      },
      async (request, reply) => {
        const { ask, ...query } = request.query;
        const station = stationOf(request).id;
        const receipt = await makeReceipt(store.read, newest(), { station, ...query });
        const answer = receiptAnswer.parse({ station, ask, receipt });
        return reply.type('application/jose').send(await signedBy(keys, RECEIPT_JWS_TYP, answer));
      },
    );
  };

const outOfTree = (field: string, value: number, allowed: string) =>
  new Refusal('out-of-tree', { field, message: `${field} is ${value}; allowed is ${allowed}.` });

/** What a tile holds at one width never changes. */
const sendBytes = (reply: FastifyReply, body: Buffer, cache: 'public' | 'private') =>
  reply
    .type('application/octet-stream')
    .header('cache-control', `${cache}, max-age=31536000, immutable`)
    .send(body);
