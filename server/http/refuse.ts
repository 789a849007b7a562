import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { Refusal } from '../errors.ts';
import { isDatabaseAway } from '../store/failure.ts';

/** Every error leaves as a WireError: its code, a sentence, the field; never a stack or a cause. */
export function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toRefusal(error);
  if (refusal.status >= 500) request.log.error({ err: error }, 'request failed');
  request.refusedWith = refusal.code;
  if (refusal.retryAfter !== undefined) reply.header('retry-after', refusal.retryAfter);
  return reply.code(refusal.status).type('application/json').send(JSON.stringify(refusal.toWire()));
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isDatabaseAway(error)) return new Refusal('database-away');
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0];
    const field = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
    return new Refusal('invalid', {
      message: `${field === '' ? 'The request' : field}: ${first?.message ?? 'is not of the agreed form'}`,
      ...(field === '' ? {} : { field }),
    });
  }
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal('too-large');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('wrong-content-type');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new Refusal('not-json');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Refusal('address-too-long');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return new Refusal('invalid');
    default:
      return new Refusal('internal');
  }
}

const codeOf = (error: unknown): FastifyError['code'] | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
