import { expect, test } from 'vitest';
import { vectors } from '../../../.config/vectors';
import { characterPage, mapCharacter } from './character-page';
import { canonicalName } from './name';

interface Rule {
  op: 'Canonical' | 'MapChar' | 'MapString';
  first: number;
  last: number;
  target: string | null;
}

interface Callsign {
  canonicalisation_vectors: string[][];
  pages: Record<'digits' | 'latin' | 'reserved_trademark_symbols', Rule[]>;
  latin1_letters_not_in_page: { cp: number }[];
  reserved_characters: string[];
}

const published = vectors<Callsign>('mesh/callsign.json');

test.skipIf(published === null)('the published canonicalisation vectors', () => {
  for (const [name, ...spellings] of published?.canonicalisation_vectors ?? []) {
    for (const spelling of spellings) expect(canonicalName(spelling), spelling).toBe(name);
  }
});

test.skipIf(published === null)('the character pages are the published ones, and the hyphen', () => {
  const page = new Map<number, string>([[0x2d, '-']]);
  for (const rule of Object.values(published?.pages ?? {}).flat()) {
    for (let code = rule.first; code <= rule.last; code++) {
      const shifted = String.fromCodePoint((rule.target?.codePointAt(0) ?? 0) + code - rule.first);
      const mapped = rule.op === 'Canonical' ? String.fromCodePoint(code) : rule.op === 'MapChar' ? shifted : (rule.target ?? '');
      page.set(code, mapped);
    }
  }
  expect(characterPage()).toEqual([...page].sort((a, b) => a[0] - b[0]));
});

test.skipIf(published === null)('letters outside the page and reserved characters are refused', () => {
  for (const { cp } of published?.latin1_letters_not_in_page ?? []) expect(mapCharacter(String.fromCodePoint(cp))).toBeNull();
  for (const character of published?.reserved_characters ?? []) expect(mapCharacter(character)).toBeNull();
});
