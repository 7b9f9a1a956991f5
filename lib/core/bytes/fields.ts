import { refuse } from '../refusal';
import { fromBase64 } from './base64';
import { utf8 } from './bytes';
import type { Json } from './canonical-json';

/*
 * Strict readers of one Json value each, used by every parser. `path` names the place for a person ("payload.name").
 * Refusals: `missing-field`, `unknown-field`, and `bad-field` for a value of the wrong shape.
 */

/** object reads an object with exactly the fields named, no more and no fewer. */
export function object<Field extends string>(value: Json, fields: readonly Field[], path: string): Record<Field, Json> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('bad-field', `${path} must be an object.`);
  for (const field of fields) if (!Object.hasOwn(value, field)) refuse('missing-field', `${path}.${field} is missing.`);
  const present = Object.keys(value);
  if (present.length !== fields.length) {
    const known = new Set<string>(fields);
    const unknown = present.find((field) => !known.has(field)) ?? '';
    refuse('unknown-field', `${path} has the unknown field ${JSON.stringify(unknown.slice(0, 64))}.`);
  }
  return value as Record<Field, Json>;
}

/** string reads a string whose UTF-8 form has at most `maxBytes` bytes. */
export function string(value: Json, path: string, maxBytes: number): string {
  if (typeof value !== 'string') return refuse('bad-field', `${path} must be a string.`);
  // Three bytes is the most that a UTF-16 unit can take, so short strings need no encoding.
  if (value.length * 3 > maxBytes && utf8(value).length > maxBytes) refuse('bad-field', `${path} is longer than ${maxBytes} bytes.`);
  return value;
}

/** integer reads a safe integer from `min` to `max`, both included. */
export function integer(value: Json, path: string, min: number = 0, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return refuse('bad-field', `${path} must be an integer.`);
  if (value < min || value > max) refuse('bad-field', `${path} must be between ${min} and ${max}.`);
  return value;
}

/** boolean reads true or false. */
export function boolean(value: Json, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse('bad-field', `${path} must be true or false.`);
}

/** bytes reads standard base64, of exactly `lengthBytes` bytes where given. */
export function bytes(value: Json, path: string, lengthBytes?: number): Uint8Array {
  if (typeof value !== 'string') return refuse('bad-field', `${path} must be base64.`);
  try {
    return fromBase64(value, lengthBytes);
  } catch {
    const length = lengthBytes === undefined ? 'bytes' : `${lengthBytes} bytes`;
    return refuse('bad-field', `${path} must be ${length} in standard padded base64.`);
  }
}

const HASH = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** hash reads 32 bytes in base64 and keeps them as text, which is how hashes are compared and looked up. */
export function hash(value: Json, path: string): string {
  // A canonical hash is told by its form; anything else goes the way that says what is wrong.
  if (typeof value === 'string' && HASH.test(value)) return value;
  bytes(value, path, 32);
  return value as string;
}

/** array reads an array of at most `maxItems` values. */
export function array(value: Json, path: string, maxItems: number): Json[] {
  if (!Array.isArray(value)) return refuse('bad-field', `${path} must be an array.`);
  if (value.length > maxItems) refuse('bad-field', `${path} has more than ${maxItems} items.`);
  return value;
}

/** oneOf reads one of the strings in `choices`. */
export function oneOf<Choice extends string>(value: Json, path: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  return found ?? refuse('bad-field', `${path} must be one of ${choices.join(', ')}.`);
}

/** nullable reads null, or else what `read` reads. */
export function nullable<Value>(value: Json, read: (value: Json) => Value): Value | null {
  return value === null ? null : read(value);
}
