import type { CborMap } from './cbor.ts';
import { Refusal, STATUS } from './status.ts';

type Is<T> = (value: unknown) => value is T;

export const isBytes: Is<Uint8Array> = (value) => value instanceof Uint8Array;
export const isText: Is<string> = (value) => typeof value === 'string';
export const isInteger: Is<number> = (value): value is number => Number.isSafeInteger(value);
export const isCount: Is<number> = (value): value is number => isInteger(value) && value >= 0;
export const isMap: Is<CborMap> = (value): value is CborMap => value instanceof Map;
export const isList: Is<readonly unknown[]> = (value): value is readonly unknown[] =>
  Array.isArray(value);
export const isFlag: Is<boolean> = (value) => typeof value === 'boolean';

/** A parameter, or undefined; one of another type is refused (§8.2). */
export function optional<T>(request: CborMap, field: unknown, is: Is<T>): T | undefined {
  const value = request.get(field);
  if (value === undefined) return undefined;
  if (!is(value)) throw new Refusal(STATUS.cborUnexpectedType);
  return value;
}

export function need<T>(request: CborMap, field: unknown, is: Is<T>): T {
  const value = optional(request, field, is);
  if (value === undefined) throw new Refusal(STATUS.missingParameter);
  return value;
}

/** The ids of a list of PublicKeyCredentialDescriptor, base64url. */
export const descriptorIds = (list: readonly unknown[] | undefined) =>
  list?.map((descriptor) => {
    if (!isMap(descriptor)) throw new Refusal(STATUS.cborUnexpectedType);
    need(descriptor, 'type', isText);
    return base64url(need(descriptor, 'id', isBytes));
  });

export const base64url = (raw: Uint8Array): string => Buffer.from(raw).toString('base64url');
