import { Refusal, refuse } from '../refusal';
import { MAX_NAME_INPUT_BYTES, MAX_NAME_LENGTH, MAX_TENURE } from '../registry/limits';
import { mapCharacter } from './character-page';

const CANONICAL = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const DIGITS = /^[0-9]+$/;
const SKELETON = /^[a-z0-9]{1,63}$/;

/** Invisible and direction-changing characters: named by code point only, never echoed into a message. */
const UNPRINTABLE = /[\p{C}\p{Z}\p{M}]/u;

function nameOfCharacter(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return UNPRINTABLE.test(character) ? code : `“${character}” (${code})`;
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** problemOf says what keeps `name` (already mapped, so only `[a-z0-9-]`) from being a canonical name, or null. */
function problemOf(name: string): Refusal | null {
  if (name === '') return new Refusal('name-empty', 'A name needs at least one letter.');
  if (!CANONICAL.test(name)) {
    if (/^-+$/.test(name)) return new Refusal('name-hyphen', 'A name can’t be only hyphens.');
    if (name.startsWith('-')) return new Refusal('name-hyphen', 'A name can’t begin with a hyphen.');
    if (name.endsWith('-')) return new Refusal('name-hyphen', 'A name can’t end with a hyphen.');
    return new Refusal('name-hyphen', 'A name can’t have two hyphens in a row.');
  }
  if (name.length > MAX_NAME_LENGTH) {
    return new Refusal('name-too-long', `A name has at most ${MAX_NAME_LENGTH} characters; this one has ${name.length}.`);
  }
  if (DIGITS.test(name)) return new Refusal('name-all-digits', 'A name can’t be all digits; add a letter.');
  return null;
}

/**
 * canonicalName turns what a person typed into the name it stands for (DESIGN §3.8, SPEC §5.1): one leading `@` dropped,
 * NFC, character page, then `[a-z0-9]` with single interior hyphens, 1–63 characters, not all digits.
 * @throws Refusal `name-empty`, `name-character` (the detail says which), `name-hyphen`, `name-too-long`, `name-all-digits`.
 */
export function canonicalName(input: string): string {
  // a string of n UTF-16 units has at least n bytes, so the cheap test comes first
  if (input.length > MAX_NAME_INPUT_BYTES || utf8Length(input) > MAX_NAME_INPUT_BYTES) {
    refuse('name-too-long', `A name has at most ${MAX_NAME_LENGTH} characters; this is far more.`);
  }
  const typed = (input.startsWith('@') ? input.slice(1) : input).normalize('NFC');
  let name = '';
  for (const character of typed) {
    const target = mapCharacter(character);
    if (target === null) refuse('name-character', `${nameOfCharacter(character)} can’t stand in a name.`);
    name += target;
  }
  const problem = problemOf(name);
  if (problem) throw problem;
  return name;
}

/** isCanonicalName tells whether `text` is a name in canonical form, as it stands in logs. */
export function isCanonicalName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && CANONICAL.test(text) && !DIGITS.test(text);
}

/** parseName returns `text` if it is canonical already. @throws Refusal `name-not-canonical`. */
export function parseName(text: string): string {
  return isCanonicalName(text) ? text : refuse('name-not-canonical', 'The name is not in canonical form.');
}

/** skeletonOf drops the hyphens: names with one skeleton are treated alike by reservations and marks. */
export function skeletonOf(name: string): string {
  return name.replaceAll('-', '');
}

/** parseSkeleton returns `text` if it is 1–63 of `[a-z0-9]` (all digits allowed: it covers `1-2`). @throws Refusal `name-not-canonical`. */
export function parseSkeleton(text: string): string {
  return SKELETON.test(text) ? text : refuse('name-not-canonical', 'A reserved name is written without hyphens, in a-z and 0-9.');
}

/** lettersIn counts what the price goes by: letters and digits, hyphens don't count. */
export function lettersIn(name: string): number {
  return skeletonOf(name).length;
}

/** formatTenureName writes `name.tenure`, the pin of one tenure. */
export function formatTenureName(name: string, tenure: number): string {
  return `${name}.${tenure}`;
}

/** parseTenureName reads `name.tenure` with a canonical name and a tenure without leading zeros, or gives null. */
export function parseTenureName(text: string): { name: string; tenure: number } | null {
  const match = /^([a-z0-9-]{1,63})\.(0|[1-9][0-9]{0,5})$/.exec(text);
  if (!match?.[1] || !match[2] || !isCanonicalName(match[1])) return null;
  const tenure = Number(match[2]);
  return tenure <= MAX_TENURE ? { name: match[1], tenure } : null;
}
