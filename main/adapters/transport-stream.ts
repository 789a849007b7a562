import { type StreamHint, STREAM_BEAT_MS, streamHint } from '../../common/command.ts';
import type { StreamListener } from '../ports/transport.ts';
import { reasonOf, textOf } from './transport-exchange.ts';

const SILENCE_MS = 3 * STREAM_BEAT_MS;
/** Hints are short: a longer line is no hint of ours. */
const MAX_LINE = 4096;
const MAX_REFUSAL_BYTES = 64 * 1024;

/** How a stream came to its end: with the server's refusal, or without its voice. */
export type StreamEnd =
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly headers: Headers;
      readonly text: string;
    }
  | { readonly kind: 'lost'; readonly message: string };

/**
 * Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until they
 * end, the signal says so, or the server is silent for three of its beats. Never rejects.
 */
export async function readStream(
  url: URL,
  headers: Readonly<Record<string, string>>,
  listener: StreamListener & { readonly headers: (headers: Headers) => void },
  signal: AbortSignal,
): Promise<StreamEnd> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error('closed'));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  let timer: NodeJS.Timeout | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new Error('the server fell silent')), SILENCE_MS);
  };
  try {
    alive();
    const response = await fetch(url, { headers, redirect: 'error', signal: controller.signal });
    listener.headers(response.headers);
    if (!response.ok) {
      const text = (await textOf(response, MAX_REFUSAL_BYTES)) ?? '';
      return { kind: 'refused', status: response.status, headers: response.headers, text };
    }
    if (response.body === null) return { kind: 'lost', message: 'no stream' };
    if (response.headers.get('content-type') !== 'text/event-stream') {
      return { kind: 'lost', message: 'the answer is not one of a Wardlock server' };
    }
    listener.opened();
    const lines = eventLines((hint) => listener.hint(hint));
    for await (const chunk of response.body) {
      alive();
      if (!lines(chunk)) return { kind: 'lost', message: 'a line is too long' };
    }
    return { kind: 'lost', message: 'the stream ended' };
  } catch (error) {
    return { kind: 'lost', message: reasonOf(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    controller.abort();
  }
}

/** Takes bytes as they come and tells each whole hint; false = a line that is too long to be ours. */
export function eventLines(told: (hint: StreamHint) => void): (chunk: Uint8Array) => boolean {
  const decoder = new TextDecoder();
  let rest = '';
  let name = '';
  let data = '';
  const line = (text: string): void => {
    if (text === '') {
      if (name === 'hint') {
        // A kind that a newer server invented is none of our business.
        const hint = streamHint.safeParse(parsed(data));
        if (hint.success) told(hint.data);
      }
      name = '';
      data = '';
    } else if (text.startsWith('event: ')) name = text.slice(7);
    else if (text.startsWith('data: ')) data += text.slice(6);
  };
  return (chunk) => {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) line(part);
    return rest.length <= MAX_LINE && data.length <= MAX_LINE;
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
