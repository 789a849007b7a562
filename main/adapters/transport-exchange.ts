import { type Result, err, ok } from '../../common/result.ts';
import type { TransportError } from '../ports/transport.ts';

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly maxAnswerBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly isSuccess: boolean;
  readonly headers: Headers;
  readonly text: string;
}

/** One request and its whole answer, within the deadline and the size. */
export async function exchange(
  origin: string,
  { method, path, headers = {}, body, maxAnswerBytes }: Exchange,
  deadlineMs: number,
): Promise<Result<Answer, TransportError>> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`no answer within ${deadlineMs} ms`)),
    deadlineMs,
  );
  try {
    const response = await fetch(new URL(path, origin), {
      method,
      headers,
      // A redirect would carry the signed request to somebody else.
      redirect: 'error',
      signal: controller.signal,
      ...(body === undefined ? {} : { body }),
    });
    const text = await textOf(response, maxAnswerBytes);
    if (text === undefined) {
      controller.abort();
      return unreachable(`the answer is longer than ${maxAnswerBytes} bytes`);
    }
    return ok({ status: response.status, isSuccess: response.ok, headers: response.headers, text });
  } catch (error) {
    return unreachable(reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/** The body as text; undefined when it is longer. */
export async function textOf(response: Response, maxBytes: number): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const unreachable = (message: string): Result<never, TransportError> =>
  err({ kind: 'unreachable', message });

/** fetch hides the network's own words in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}
