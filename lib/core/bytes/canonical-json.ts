import { refuse } from '../refusal';
import { isWellFormed, text, utf8 } from './bytes';
import type { Json } from './json';
import { readPlainJson } from './plain-json';

export type { Json };

/** MAX_JSON_DEPTH bounds nesting: a scalar has depth 0, `[]` depth 1. */
export const MAX_JSON_DEPTH = 32;

/**
 * encodeJson writes canonical JSON (RFC 8785) as UTF-8. Refuses `bad-json` (not Json: a fraction, an unsafe integer, a lone
 * surrogate, undefined, a class instance) and `too-deep`.
 */
export function encodeJson(value: Json): Uint8Array {
  return utf8(canonicalText(value));
}

/** canonicalText is `encodeJson` before the UTF-8 encoding. */
export function canonicalText(value: Json): string {
  // JSON.stringify writes strings and integers exactly as RFC 8785 asks; only the order of fields is not its business.
  return isOrdered(value, 0) ? JSON.stringify(value) : ordered(value);
}

/**
 * parseJson reads canonical JSON of at most `maxBytes` bytes and refuses all that does not encode to its own bytes again.
 * Refuses `too-large`, `bad-utf8`, `bad-json`, `too-deep`, `not-canonical`.
 */
export function parseJson(bytes: Uint8Array, maxBytes: number): Json {
  if (bytes.length > maxBytes) refuse('too-large', `${bytes.length} bytes of JSON; at most ${maxBytes} are accepted.`);
  const source = text(bytes);
  const plain = readPlainJson(source);
  if (plain !== undefined) return plain;
  let value: Json;
  try {
    value = JSON.parse(source) as Json;
  } catch {
    return refuse('bad-json', 'This is not JSON.');
  }
  // UTF-8 was decoded strictly, so equal texts are equal bytes.
  if (canonicalText(value) !== source) refuse('not-canonical', 'This JSON is not in canonical form (RFC 8785).');
  return value;
}

/** isOrdered checks the whole value and tells whether every object already has its fields in canonical order. */
function isOrdered(value: Json, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      if (!isWellFormed(value)) refuse('bad-json', 'A string holds half of a surrogate pair.');
      return true;
    case 'number':
      if (!Number.isSafeInteger(value)) refuse('bad-json', 'A number is not an integer between -(2^53-1) and 2^53-1.');
      return true;
    case 'boolean':
      return true;
    case 'object':
      return value === null || isContainerOrdered(value, depth + 1);
    default:
      return refuse('bad-json', `A value of type ${typeof value} has no JSON form.`);
  }
}

function isContainerOrdered(value: Json[] | { [field: string]: Json }, depth: number): boolean {
  if (depth > MAX_JSON_DEPTH) refuse('too-deep', `JSON is nested deeper than ${MAX_JSON_DEPTH}.`);
  let inOrder = true;
  if (Array.isArray(value)) {
    // By index, so that a hole in a sparse array is seen.
    for (let i = 0; i < value.length; i++) if (!isOrdered(value[i] as Json, depth)) inOrder = false;
    return inOrder;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object's prototype has none itself, in whatever realm it was made.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) refuse('bad-json', 'Only plain objects have a JSON form.');
  let before: string | null = null;
  for (const field of Object.keys(value)) {
    // RFC 8785 §3.2.3 sorts by UTF-16 code units, which is how JavaScript compares strings.
    if (before !== null && before > field) inOrder = false;
    before = field;
    if (!isWellFormed(field)) refuse('bad-json', 'A field name holds half of a surrogate pair.');
    if (!isOrdered(value[field] as Json, depth)) inOrder = false;
  }
  return inOrder;
}

function ordered(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(ordered).join(',')}]`;
  const fields = Object.keys(value).sort();
  return `{${fields.map((field) => `${JSON.stringify(field)}:${ordered(value[field] as Json)}`).join(',')}}`;
}
