import { expect, test } from 'vitest';
import { utf8 } from '../core/bytes/bytes';
import { sha256 } from '../core/bytes/sha256';
import { FlatTable, SLOT_BYTES } from './flat-table';

test('the table finds what was put in, the newest of each key, through every growth, and nothing else', () => {
  const table = FlatTable.withRoom(0);
  const expected = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const label = `key ${i % 7_000}`;
    table.set(sha256(utf8(label)), i * 50_000_000, i % 1_000_000);
    expected.set(label, i);
  }
  expect(table.count).toBe(7_000);
  for (const [label, i] of expected) {
    const key = sha256(utf8(label));
    expect([table.indexOf(key), table.tenureOf(key)]).toEqual([i * 50_000_000, i % 1_000_000]);
  }
  for (let i = 0; i < 2_000; i++) expect(table.indexOf(sha256(utf8(`absent ${i}`)))).toBeNull();
  const bytesAKey = table.bytes.length / table.count;
  expect(bytesAKey).toBeGreaterThanOrEqual(SLOT_BYTES / 0.8);
  expect(bytesAKey).toBeLessThan(60);
  const copied = FlatTable.fromBytes(Buffer.from(table.bytes), table.count);
  expect(copied.indexOf(sha256(utf8('key 3')))).toBe((expected.get('key 3') ?? 0) * 50_000_000);
});

test('keys that begin alike, as somebody may grind them, are kept apart', () => {
  const table = FlatTable.withRoom(0);
  const keys = Array.from({ length: 300 }, (_, i) => {
    const key = new Uint8Array(32);
    key.set([1, 2, 3, 4, 5, 6], 0);
    key[18] = i >> 8;
    key[19] = i & 255;
    return key;
  });
  for (const [i, key] of keys.entries()) table.set(key, i, 0);
  expect(keys.map((key) => table.indexOf(key))).toEqual(keys.map((_, i) => i));
});
