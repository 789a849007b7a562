import { compile } from 'zod';
import { isCanonicalJson } from '../../common/canonical.ts';
import { type AccessEvent, MAX_EVENT_BYTES, accessEvent } from '../../common/event.ts';
import { type Result, err, ok } from '../../common/result.ts';
import { MAX_BATCH_EVENTS } from '../../common/wire.ts';
import { chainHash } from '../hash.ts';
import { fieldPath } from './field-path.ts';

export interface BatchLine {
  readonly event: AccessEvent;
  /** Verbatim, as it came. */
  readonly canonical: Uint8Array;
  readonly hash: string;
}

export interface BatchFault {
  readonly code:
    | 'empty'
    | 'too-many-events'
    | 'line-too-long'
    | 'invalid'
    | 'not-canonical'
    | 'foreign-station'
    | 'mixed-epochs'
    | 'not-ascending';
  /** `line 3: detail.cause` */
  readonly field?: string;
  readonly message?: string;
}

const NEWLINE = 10;
/** Compiled: 1 µs an event instead of 4. */
const { safeParse } = compile(accessEvent);
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads an NDJSON body of canonical events of one station and epoch. The bytes are kept, not rebuilt. */
export function readBatch(
  body: Uint8Array,
  station: string,
): Result<readonly BatchLine[], BatchFault> {
  const lines = splitLines(body);
  if (lines.length === 0) return err({ code: 'empty' });
  if (lines.length > MAX_BATCH_EVENTS) return err({ code: 'too-many-events' });
  const batch: BatchLine[] = [];
  for (const [index, bytes] of lines.entries()) {
    const field = `line ${index + 1}`;
    const read = readLine(bytes, field);
    if (!read.ok) return read;
    const event = read.value;
    const before = batch.at(-1)?.event;
    if (event.station !== station) return err({ code: 'foreign-station', field });
    if (before !== undefined && event.epoch !== before.epoch) {
      return err({ code: 'mixed-epochs', field });
    }
    if (before !== undefined && event.seq <= before.seq) {
      return err({ code: 'not-ascending', field });
    }
    batch.push({ event, canonical: bytes, hash: chainHash(bytes) });
  }
  return ok(batch);
}

function readLine(bytes: Uint8Array, line: string): Result<AccessEvent, BatchFault> {
  if (bytes.length > MAX_EVENT_BYTES) return err({ code: 'line-too-long', field: line });
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return err({ code: 'invalid', field: line, message: 'The line is not JSON in UTF-8.' });
  }
  const parsed = safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err({
      code: 'invalid',
      field: `${line}: ${fieldPath(issue?.path ?? [])}`,
      message: issue?.message ?? 'The line is not an event.',
    });
  }
  return isCanonicalJson(text, value)
    ? ok(parsed.data)
    : err({ code: 'not-canonical', field: line });
}

/** Lines without their newline; a newline at the very end is optional. */
function splitLines(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  while (from < body.length && lines.length <= MAX_BATCH_EVENTS) {
    const at = body.indexOf(NEWLINE, from);
    const to = at < 0 ? body.length : at;
    lines.push(body.subarray(from, to));
    from = to + 1;
  }
  return lines;
}
