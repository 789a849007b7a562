import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { type IncomingMessage, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Stands between station and server, and writes every request and answer to a file, unpacked. */
export async function wiretap(target: string, file: string) {
  const record = createWriteStream(file);
  const write = (head: string, { rawHeaders, headers }: IncomingMessage, body: Buffer) => {
    record.write(`\n${head}\n${rawHeaders.join('\n')}\n\n`);
    record.write(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
  };
  const server = createServer((asked, answer) => {
    void (async () => {
      const body = await bodyOf(asked);
      write(`${asked.method} ${asked.url}`, asked, body);
      const forwarded = request(new URL(asked.url ?? '/', target), {
        method: asked.method,
        headers: asked.headers,
      });
      forwarded.on('error', () => answer.destroy());
      forwarded.end(body);
      const [response] = (await once(forwarded, 'response')) as [IncomingMessage];
      const answered = await bodyOf(response);
      write(String(response.statusCode), response, answered);
      answer.writeHead(response.statusCode ?? 502, response.headers).end(answered);
    })().catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      record.end();
      await once(record, 'finish');
    },
  };
}
