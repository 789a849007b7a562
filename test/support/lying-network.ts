// A network between a station and its server that does whatever a network can do without TLS.
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** One request as it came over the wire. */
interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What a network does with one request and its answer; the answer's bytes, or undefined: it hangs up. */
type Trick = (socket: Socket, request: Heard, network: Network) => Promise<void>;

interface Network {
  ask(request: Heard): Promise<Buffer>;
  readonly random: () => number;
  /** Good answers of the past, by path. */
  readonly past: Map<string, Buffer[]>;
}

const pass: Trick = async (socket, request, { ask }) => void socket.write(await ask(request));

const tricks: Readonly<Record<string, Trick>> = {
  pass,
  async slow(socket, request, { ask, random }) {
    const answer = await ask(request);
    const part = Math.ceil(answer.length / 5);
    for (let at = 0; at < answer.length; at += part) {
      await sleep(random() * 40);
      socket.write(answer.subarray(at, at + part));
    }
  },
  async losesRequest(socket) {
    socket.destroy();
  },
  async losesAnswer(socket, request, { ask }) {
    await ask(request);
    socket.destroy();
  },
  async cuts(socket, request, { ask, random }) {
    const answer = await ask(request);
    socket.end(answer.subarray(0, Math.floor(random() * answer.length)));
  },
  async answersTwice(socket, request, { ask }) {
    const answer = await ask(request);
    socket.write(Buffer.concat([answer, answer]));
  },
  async asksTwice(socket, request, { ask }) {
    await ask(request);
    socket.write(await ask(request));
  },
  async answersOld(socket, request, network) {
    const past = network.past.get(pathOf(request)) ?? [];
    const old = past[Math.floor(network.random() * past.length)];
    if (old === undefined) return pass(socket, request, network);
    socket.write(old);
  },
  async answersWrong(socket, _request, { random }) {
    socket.write(wrong[Math.floor(random() * wrong.length)] ?? '');
  },
  /** The server never hears of it. */
  async acknowledgesByItself(socket, request, network) {
    if (request.path !== '/v1/events') return pass(socket, request, network);
    const lines = request.body.toString('utf8').trim().split('\n');
    const { epoch, seq } = JSON.parse(lines.at(-1) ?? '{}') as { epoch: string; seq: number };
    const hash = await hashOf(lines.at(-1) ?? '');
    socket.write(answerOf(200, JSON.stringify({ epoch, seq, hash, accepted: lines.length })));
  },
  async cutsGzip(socket, request, { ask }) {
    const answer = await ask(request);
    const zipped = gzipSync(answer.subarray(answer.indexOf('\r\n\r\n') + 4));
    const half = zipped.subarray(0, zipped.length / 2);
    socket.write(answerOf(200, half, 'content-encoding: gzip\r\n'));
  },
};

const wrong: readonly Buffer[] = [
  answerOf(200, '<html>Sign in to the guest network</html>'),
  answerOf(200, '{"seq":1}'),
  answerOf(204, ''),
  answerOf(302, '', 'location: http://127.0.0.1:9/\r\n'),
  answerOf(401, '{"code":"nonce-stale","message":"no"}'),
  answerOf(500, '{"code":"internal","message":"no"}'),
  answerOf(503, '', 'retry-after: 1\r\n'),
  Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n{}'),
  Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'),
];

function answerOf(status: number, body: string | Buffer, more = ''): Buffer {
  const bytes = Buffer.from(body as string);
  const head = `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\n${more}`;
  return Buffer.concat([Buffer.from(`${head}content-length: ${bytes.length}\r\n\r\n`), bytes]);
}

const hashOf = async (line: string): Promise<string> => {
  const leaf = Buffer.concat([Buffer.from([0]), Buffer.from(line, 'utf8')]);
  return Buffer.from(await crypto.subtle.digest('SHA-256', leaf)).toString('hex');
};

const pathOf = ({ method, path }: Heard): string => `${method} ${path.split('?')[0]}`;

/** A network to this server that lies by chance, and how often it did what. */
export async function lyingNetwork(origin: string, random: () => number) {
  const done = new Map<string, number>();
  const network: Network = { random, past: new Map(), ask: (heard) => askServer(heard) };
  const sockets = new Set<Socket>();
  let isHonest = false;
  let deck: string[] = [];

  async function askServer(request: Heard): Promise<Buffer> {
    const { method, path, headers, body } = request;
    const kept = ['authorization', 'content-type'].flatMap((name): [string, string][] => {
      const value = headers.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    const answer = await fetch(origin + path, {
      method,
      headers: kept,
      body: method === 'GET' ? null : new Uint8Array(body),
    });
    const nonce = answer.headers.get('wardlock-nonce');
    const more = nonce === null ? '' : `wardlock-nonce: ${nonce}\r\n`;
    const bytes = answerOf(answer.status, await answer.text(), more);
    if (answer.ok)
      network.past.set(pathOf(request), [...(network.past.get(pathOf(request)) ?? []), bytes]);
    return bytes;
  }

  function treat(socket: Socket, request: Heard): void {
    // Dealt like cards: each trick comes as often as the others.
    if (deck.length === 0) deck = Object.keys(tricks).toSorted(() => random() - 0.5);
    const name = isHonest || random() < 0.3 ? 'pass' : (deck.pop() ?? 'pass');
    done.set(name, (done.get(name) ?? 0) + 1);
    tricks[name]?.(socket, request, network).catch(() => socket.destroy());
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let heard = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      for (;;) {
        const end = heard.indexOf('\r\n\r\n');
        if (end < 0) return;
        const [first = '', ...lines] = heard.subarray(0, end).toString('latin1').split('\r\n');
        const headers = new Map(
          lines.map((line) => [
            line.slice(0, line.indexOf(':')).toLowerCase(),
            line.slice(line.indexOf(':') + 1).trim(),
          ]),
        );
        const length = end + 4 + Number(headers.get('content-length') ?? 0);
        if (heard.length < length) return;
        const [method = '', path = ''] = first.split(' ');
        treat(socket, { method, path, headers, body: heard.subarray(end + 4, length) });
        heard = heard.subarray(length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How often it did what. */
    done,
    /** From now on it passes everything on. */
    repent: () => void (isHonest = true),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
