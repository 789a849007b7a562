import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { Refusal } from '../errors.ts';

/** What never became a request: no hook and no route sees it. One refusal in our form, and the end. */
export function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = new Refusal(refusals[error.code ?? ''] ?? 'invalid');
  const body = JSON.stringify(refusal.toWire());
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const refusals: Readonly<Record<string, 'headers-too-long' | 'too-slow'>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-long',
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
};
