import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import { sameText } from '../hash.ts';
import { consoleCookie } from '../http/console-cookie.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};

interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const page = { content: { '*/*': { schema: z.unknown() } } };

/** The console's page. Its files hold nothing secret; what they ask for needs the token. */
export const consoleFileRoutes =
  ({ keys, consoleDir }: Context): FastifyPluginAsyncZod =>
  async (app) => {
    // Read once: what is served is a fixed list, and no path from outside reaches the disk.
    const files = await readFiles(consoleDir);
    const fileNamed = (name: string): ConsoleFile => {
      const file = files.get(name);
      if (file === undefined)
        throw new Refusal(files.size === 0 ? 'console-not-built' : 'not-found');
      return file;
    };

    app.get(
      '/',
      {
        schema: {
          summary: 'The console’s page',
          querystring: z.object({ token: z.string().max(200).optional() }),
          response: { 200: page },
        },
      },
      async (request, reply) => {
        const { token } = request.query;
        if (token === undefined) {
          const { type, bytes } = fileNamed('index.html');
          return reply.type(type).send(bytes);
        }
        if (!sameText(token, keys.consoleToken)) throw new Refusal('no-console-token');
        // On to the bare address: the token stays out of history and address bar.
        return reply
          .header('set-cookie', consoleCookie(token, request.protocol))
          .redirect('/', 303);
      },
    );

    app.get(
      '/:file',
      {
        schema: {
          summary: 'A file of the console’s page',
          params: z.object({ file: z.string().max(200) }),
          response: { 200: page },
        },
      },
      async (request, reply) => {
        const { type, bytes } = fileNamed(request.params.file);
        return reply.type(type).send(bytes);
      },
    );
  };

async function readFiles(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const files = new Map<string, ConsoleFile>();
  for (const name of await namesIn(folder)) {
    const type = contentTypes[path.extname(name)];
    if (type !== undefined) {
      files.set(name, { type, bytes: await readFile(path.join(folder, name)) });
    }
  }
  return files;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
