import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const page = (body: string) => `<!doctype html><meta charset=utf-8><title>hostile</title>
<style>body { margin: 0 } body > * { display: block; height: 40px; width: 300px; margin: 4px }</style>
${body}`;

/** Things to click, 44 px each from below what the bar says; the page's own code comes from the tests. */
const playground = (elsewhere: string) =>
  page(`<style>body { padding-top: 80px }</style>
<input type=file id=file>
<input type=file id=folder webkitdirectory>
<button id=picker onclick="window.showOpenFilePicker?.().catch(() => 0)">picker</button>
<button id=directory onclick="window.showDirectoryPicker?.().catch(() => 0)">directory</button>
<button id=save onclick="window.showSaveFilePicker?.().catch(() => 0)">save</button>
<select id=select><option>one<option>two<option>three</select>
<input type=date id=date>
<input type=color id=color>
<a id=blank target=_blank href="/frame">blank</a>
<a id=outside href="${elsewhere}">outside</a>
<a id=download download=planted.txt href="/download">download</a>
<form id=form method=post action="/form"><button>post</button></form>
<button id=action>action</button>
<input id=text value="some text">
<iframe id=same src="/frame"></iframe>
<p style="height: 3000px">long</p>`);

/** A clinical app that tries everything; `elsewhere` is a host that policy does not list. */
export async function startHostileApp() {
  const requests: { readonly path: string; readonly authorization: string | undefined }[] = [];
  const strayed: string[] = [];
  const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
    const server: Server = createServer(answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, port: (server.address() as AddressInfo).port };
  };
  const other = await listen((request, response) => {
    strayed.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*');
    response.end('you should not be here');
  });
  const elsewhere = `http://127.0.0.1:${other.port}/stray`;
  // Where WebRTC may find out its own address, if it reaches that.
  const stun = createSocket('udp4').on('message', () => strayed.push('stun'));
  stun.bind(0, '127.0.0.1');
  await once(stun, 'listening');
  const html = (response: ServerResponse, body: string) =>
    // It says that it may use keys, and then what makes a browser forget the whole header (RFC 8941, 4.2).
    response
      .setHeader('content-type', 'text/html')
      .setHeader('Permissions-Policy', ['publickey-credentials-get=*, usb=*', '='])
      .end(body);
  const answers: Record<string, (response: ServerResponse) => unknown> = {
    '/frame': (response) => html(response, page('<input type=file id=file><script>0</script>')),
    // Each app's start page, where its address is below this.
    '/boot/chart': (response) =>
      html(response, page("<script>location.replace('/chart')</script>")),
    '/redirect': (response) => response.writeHead(302, { location: elsewhere }).end(),
    '/form': (response) => response.writeHead(307, { location: elsewhere }).end(),
    '/refresh': (response) =>
      html(response, page(`<meta http-equiv=refresh content="0;url=${elsewhere}">`)),
    '/to-mail': (response) => response.writeHead(302, { location: 'mailto:a@example.org' }).end(),
    '/basic': (response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="ward"' }).end('basic'),
    '/negotiate': (response) =>
      response.writeHead(401, { 'www-authenticate': ['Negotiate', 'NTLM'] }).end('negotiate'),
    '/download': (response) =>
      response
        .writeHead(200, {
          'content-type': 'application/octet-stream',
          'content-disposition': 'attachment; filename=planted.txt',
        })
        .end('planted'),
    '/worker.js': (response) =>
      response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end(
          "addEventListener('fetch', (e) => e.respondWith(new Response('<title>from worker</title>'," +
            " { headers: { 'content-type': 'text/html' } })))",
        ),
  };
  const app = await listen((request, response) => {
    const path = request.url ?? '/';
    requests.push({ path, authorization: request.headers.authorization });
    const answer = answers[path] ?? ((r: ServerResponse) => html(r, playground(elsewhere)));
    answer(response);
  });
  const hosts = [`127.0.0.1:${app.port}`, `localhost:${app.port}`];
  return {
    url: `http://${hosts[0]}/`,
    /** The same at the practice's RP ID, which is `localhost` in tests. */
    rpUrl: `http://${hosts[1]}/`,
    hosts,
    elsewhere,
    iceServers: [{ urls: `stun:127.0.0.1:${stun.address().port}` }],
    requests,
    /** What reached a place that policy does not list. */
    strayed,
    async stop() {
      stun.close();
      for (const { server } of [app, other]) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}
