import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Session, session } from 'electron';
import * as z from 'zod';
import { denyEverything } from './lockdown.ts';
import { pageHeaders } from './page-headers.ts';

/** The station's pages, by path. All show the same document; it draws the surface it was opened as. */
export const surfaces = ['curtain', 'bar', 'overlay'] as const;
export type SurfaceName = (typeof surfaces)[number];

const refuse = (status: number) => new Response(null, { status });

/**
 * The partition of the station's pages: `https://<rpId>/` from the files that the build listed, read
 * once; every other request fails. Nothing in it reaches the network.
 */
export function stationPages(
  rpId: string,
  folder: string,
): {
  readonly partition: Session;
  readonly origin: string;
  url(surface: SurfaceName): string;
} {
  const manifest = z
    .record(z.string(), z.string())
    .parse(JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')));
  const files = new Map<string, { readonly body: Buffer; readonly type: string }>();
  for (const [name, type] of Object.entries(manifest)) {
    files.set(`/${name}`, { body: readFileSync(path.join(folder, name)), type });
  }
  const document = files.get('/index.html');
  if (document === undefined)
    throw new Error('the station pages are not built: index.html is missing');
  for (const name of surfaces) files.set(`/${name}`, document);

  const partition = session.fromPartition('station-pages', { cache: false });
  denyEverything(partition);
  partition.protocol.handle('https', (request) => {
    const url = new URL(request.url);
    if (url.host !== rpId) return refuse(403);
    if (request.method !== 'GET') return refuse(405);
    const file = files.get(url.pathname);
    if (file === undefined) return refuse(404);
    return new Response(new Uint8Array(file.body), { headers: pageHeaders(file.type) });
  });
  for (const scheme of ['http', 'file', 'ftp'])
    partition.protocol.handle(scheme, () => refuse(403));

  const origin = `https://${rpId}`;
  return { partition, origin, url: (surface) => `${origin}/${surface}` };
}
