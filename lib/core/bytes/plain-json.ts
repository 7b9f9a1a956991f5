import type { Json } from './json';

/*
 * Nearly all JSON in the logs is plain: printable ASCII without an escape, whole numbers, little nesting. That much is read here in
 * one pass which sees at the same time that it is canonical (RFC 8785): no space, fields in order, none twice, numbers in their one
 * spelling. It is a short cut only: `undefined` says nothing but that the long way has to judge.
 */

/** What a plain text does not hold: control characters, a backslash, anything beyond ASCII. */
const UNUSUAL = /[^ -[\]-~]/;

const MAX_PLAIN_DEPTH = 8;
/** Fifteen digits are always a safe integer. */
const MAX_DIGITS = 15;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

// The text being read and how far: reading is synchronous, and a closure or a cursor object for each text would cost as much again.
let source = '';
let at = 0;

/** readPlainJson gives the value of a canonical text, or undefined for any text that is out of the ordinary, canonical or not. */
export function readPlainJson(text: string): Json | undefined {
  if (UNUSUAL.test(text)) return undefined;
  source = text;
  at = 0;
  const value = readValue(0);
  const isWhole = at === text.length;
  source = '';
  return isWhole ? value : undefined;
}

function readValue(depth: number): Json | undefined {
  const first = source.charCodeAt(at);
  switch (first) {
    case QUOTE:
      return readString();
    case OPEN_OBJECT:
      return depth < MAX_PLAIN_DEPTH ? readObject(depth + 1) : undefined;
    case OPEN_ARRAY:
      return depth < MAX_PLAIN_DEPTH ? readArray(depth + 1) : undefined;
    case LETTER_N:
      return pass('null') ? null : undefined;
    case LETTER_T:
      return pass('true') ? true : undefined;
    case LETTER_F:
      return pass('false') ? false : undefined;
    default:
      return readNumber(first);
  }
}

/** readString: nothing in a plain text is escaped, so a string goes as far as the next quote. */
function readString(): string | undefined {
  const end = source.indexOf('"', at + 1);
  if (end < 0) return undefined;
  const value = source.slice(at + 1, end);
  at = end + 1;
  return value;
}

function readNumber(first: number): number | undefined {
  const isNegative = first === MINUS;
  if (isNegative) at++;
  const from = at;
  let value = 0;
  for (let code = source.charCodeAt(at); code >= ZERO && code <= NINE; code = source.charCodeAt(++at)) value = value * 10 + (code - ZERO);
  const digits = at - from;
  if (digits === 0 || digits > MAX_DIGITS) return undefined;
  // Neither a leading zero nor a minus before zero is canonical.
  if (source.charCodeAt(from) === ZERO && (digits > 1 || isNegative)) return undefined;
  return isNegative ? -value : value;
}

function readArray(depth: number): Json[] | undefined {
  const items: Json[] = [];
  at++;
  if (source.charCodeAt(at) === CLOSE_ARRAY) {
    at++;
    return items;
  }
  for (;;) {
    const item = readValue(depth);
    if (item === undefined) return undefined;
    items.push(item);
    const next = source.charCodeAt(at++);
    if (next === CLOSE_ARRAY) return items;
    if (next !== COMMA) return undefined;
  }
}

function readObject(depth: number): { [field: string]: Json } | undefined {
  const fields: { [field: string]: Json } = {};
  at++;
  if (source.charCodeAt(at) === CLOSE_OBJECT) {
    at++;
    return fields;
  }
  let before: string | null = null;
  for (;;) {
    if (source.charCodeAt(at) !== QUOTE) return undefined;
    const field = readString();
    // A field of that name would not become one by assignment.
    if (field === undefined || field === '__proto__') return undefined;
    if ((before !== null && before >= field) || source.charCodeAt(at++) !== COLON) return undefined;
    const value = readValue(depth);
    if (value === undefined) return undefined;
    fields[field] = value;
    before = field;
    const next = source.charCodeAt(at++);
    if (next === CLOSE_OBJECT) return fields;
    if (next !== COMMA) return undefined;
  }
}

function pass(word: string): boolean {
  if (!source.startsWith(word, at)) return false;
  at += word.length;
  return true;
}
