import { encodeJson } from '../bytes/canonical-json';
import { sha256 } from '../bytes/sha256';

/**
 * The character pages of callsigns (draft-hallambaker-mesh-callsign: digits, latin, and the trademark symbols),
 * oddities kept: ä ö å are spelled out and ü is not; Ð gives d and ð gives o; ÷ gives a hyphen; Ø Þ ÿ are absent.
 * Each row is a target and the characters that map to it. `a-z`, `0-9` and `-` map to themselves, A–Z to lower case.
 */
const ROWS: readonly (readonly [target: string, characters: string])[] = [
  ['', ' _\u00ae\u2120\u2122\u{1f12e}\u{1f16a}'],
  ['-', '÷'],
  ['a', 'ÀÁÂÃàáâã'],
  ['aa', 'Åå'],
  ['ae', 'ÄÆäæ'],
  ['c', 'Çç'],
  ['d', 'Ð'],
  ['e', 'ÈÉÊËèéêë'],
  ['i', 'ÌÍÎÏìíîï'],
  ['n', 'Ññ'],
  ['o', 'ÒÓÔÕðòóôõ'],
  ['oe', 'Öö'],
  ['ss', 'ß'],
  ['u', 'ÙÚÛÜùúûü'],
  ['x', '×'],
  ['y', 'Ýý'],
];

const PLAIN = 'abcdefghijklmnopqrstuvwxyz0123456789-';

function buildPage(): ReadonlyMap<string, string> {
  const page = new Map<string, string>();
  for (const character of PLAIN) page.set(character, character);
  for (const character of PLAIN.slice(0, 26)) page.set(character.toUpperCase(), character);
  for (const [target, characters] of ROWS) {
    for (const character of characters) page.set(character, target);
  }
  return page;
}

const PAGE = buildPage();

/** mapCharacter gives what one code point (after NFC) becomes in a name, `''` if it is dropped, or null if it can't stand in one. */
export function mapCharacter(character: string): string | null {
  return PAGE.get(character) ?? null;
}

/** characterPage gives the whole table as `[code point, target]`, by ascending code point. */
export function characterPage(): [codePoint: number, target: string][] {
  return [...PAGE]
    .map(([character, target]): [number, string] => [character.codePointAt(0) ?? 0, target])
    .sort((a, b) => a[0] - b[0]);
}

let hash: Uint8Array | null = null;

/** characterPageHash is SHA-256 (32 bytes) over the canonical JSON of `characterPage()`; a policy's `characters` must be it. */
export function characterPageHash(): Uint8Array {
  hash ??= sha256(encodeJson(characterPage()));
  return hash.slice();
}
