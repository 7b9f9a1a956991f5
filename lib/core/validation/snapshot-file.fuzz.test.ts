import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyRefuses, refusalCode } from '../../../.config/refused';
import * as fixtures from '../assertion/fixtures';
import { toBase64 } from '../bytes/base64';
import { compareBytes } from '../bytes/bytes';
import { type Json, encodeJson } from '../bytes/canonical-json';
import { sha256 } from '../bytes/sha256';
import { FixtureLog } from '../registry/fixture-log';
import type { StateWrite } from '../registry/state';
import { Replayer } from './replay';
import { type CutPart, MAX_SNAPSHOT_PART_BYTES, SnapshotCutter, type SnapshotItem, type SnapshotList, encodeSnapshotList, openSnapshotPart, parseSnapshotItems, parseSnapshotList } from './snapshot-file';

const NAMES_SIZE = 1_000_000;

const someItems: fc.Arbitrary<SnapshotItem[]> = fc
  .array(fc.record({ bytes: fc.uint8Array({ maxLength: 200 }), index: fc.nat(NAMES_SIZE - 2), key: fc.uint8Array({ maxLength: 32, minLength: 32 }) }), { maxLength: 60 })
  .map((items) => items.sort((a, b) => compareBytes(a.key, b.key)).filter((item, i) => i === 0 || compareBytes(items[i - 1]?.key as Uint8Array, item.key) < 0));

function cut(items: readonly SnapshotItem[], partBytes: number, seal = 7): CutPart[] {
  const cutter = new SnapshotCutter(seal, partBytes);
  const parts = items.map((item) => cutter.push(item));
  return [...parts, cutter.finish()].filter((part) => part !== null);
}

function listOf(parts: readonly CutPart[], items: number, seal = 7): SnapshotList {
  const head = { note: 'a note\n', root: toBase64(sha256(new Uint8Array())), size: NAMES_SIZE };
  return { format: 'mns-snapshot/v1', map: { root: head.root, size: items }, names: head, parts: parts.map(({ part }) => part), proofs: head, registry: head.root, seal };
}

test('every snapshot reads back as its items, wherever it was cut', () => {
  fc.assert(
    fc.property(someItems, fc.integer({ max: 3_000, min: 1 }), (items, partBytes) => {
      const parts = cut(items, partBytes);
      const list = parseSnapshotList(encodeSnapshotList(listOf(parts, items.length)));
      expect(list.parts).toEqual(parts.map(({ part }) => part));
      const read = parts.flatMap(({ bytes }, i) => openSnapshotPart(bytes, list.parts[i] as CutPart['part'], NAMES_SIZE));
      expect(read).toEqual(items);
    }),
    { numRuns: 200 },
  );
});

test('a part with any byte changed, left out or added is refused', () => {
  fc.assert(
    fc.property(someItems.filter((items) => items.length > 0), fc.nat(), fc.integer({ max: 255, min: 1 }), fc.constantFrom('change', 'cut', 'add'), (items, where, by, kind) => {
      const [first] = cut(items, 100_000);
      const { bytes, part } = first as CutPart;
      const at = where % bytes.length;
      const changed = kind === 'cut' ? bytes.subarray(0, at) : kind === 'add' ? new Uint8Array([...bytes, by]) : bytes.map((byte, i) => (i === at ? byte ^ by : byte));
      expect(refusalCode(() => openSnapshotPart(changed, part, NAMES_SIZE))).toBe('bad-snapshot');
    }),
    { numRuns: 300 },
  );
});

test('no bytes make the readers throw anything but a refusal', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(4), (bytes, count) => onlyRefuses(() => parseSnapshotItems(bytes, count, NAMES_SIZE))), { numRuns: 2_000 });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => onlyRefuses(() => parseSnapshotList(bytes))), { numRuns: 500 });
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 3, noUnicodeString: true }), (value) => onlyRefuses(() => parseSnapshotList(encodeJson({ ...asObject(value), format: 'mns-snapshot/v1' })))), { numRuns: 500 });
});

function asObject(value: unknown): { [field: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === 'number' ? Math.round(item) % 1_000 : item))) as { [field: string]: Json }) : {};
}

const item = (first: number, index = 0): SnapshotItem => ({ bytes: new Uint8Array([1, 2, 3]), index, key: new Uint8Array(32).fill(first) });

test('keys that do not ascend, the seal itself, other paths, other counts and huge parts are refused', () => {
  const items = [item(1), item(2), item(3)];
  const [whole] = cut(items, 100_000);
  const { bytes, part } = whole as CutPart;
  const size = bytes.length / 3;
  const swapped = new Uint8Array([...bytes.subarray(size, 2 * size), ...bytes.subarray(0, size), ...bytes.subarray(2 * size)]);
  expect(refusalCode(() => parseSnapshotItems(swapped, 3, NAMES_SIZE))).toBe('bad-snapshot');
  expect(refusalCode(() => parseSnapshotItems(new Uint8Array([...bytes, ...bytes.subarray(2 * size)]), 4, NAMES_SIZE))).toBe('bad-snapshot');
  expect(refusalCode(() => parseSnapshotItems(bytes, 2, NAMES_SIZE))).toBe('bad-snapshot');
  expect(refusalCode(() => parseSnapshotItems(cut([item(1, 4)], 1)[0]?.bytes as Uint8Array, 1, 5))).toBe('bad-snapshot');
  const list = listOf([whole as CutPart], 3);
  const other = (change: object): Uint8Array => encodeSnapshotList({ ...list, ...change });
  expect(refusalCode(() => parseSnapshotList(other({ parts: [{ ...part, path: '../keys.json' }] })))).toBe('bad-snapshot');
  expect(refusalCode(() => parseSnapshotList(other({ parts: [{ ...part, path: '7/1' }] })))).toBe('bad-snapshot');
  expect(refusalCode(() => parseSnapshotList(other({ parts: [{ ...part, sizeBytes: MAX_SNAPSHOT_PART_BYTES + 1 }] })))).toBe('bad-field');
  expect(refusalCode(() => parseSnapshotList(other({ parts: [{ ...part, sha256: part.sha256.toUpperCase() }] })))).toBe('bad-snapshot');
  expect(refusalCode(() => parseSnapshotList(other({ parts: [] })))).toBe('bad-snapshot');
  expect(refusalCode(() => parseSnapshotList(other({ format: 'mns-snapshot/v2' })))).toBe('bad-snapshot');
});

test('a replayer goes on from a snapshot that went through files, and one entry less or other is refused', () => {
  const world = fixtures.makeRegistry('snapshot files');
  const log = new FixtureLog(world);
  for (let i = 0; i < 3; i++) log.seal([fixtures.makeRegister(world, fixtures.makeIdentity(world.registry, `holder ${i}`), `snapshotname${i}`)]);
  const latest = new Map<string, StateWrite>();
  for (const sealed of log.seals) for (const write of sealed.writes) latest.set(String(write.key), write);
  const items = [...latest.values()].map(({ item: { bytes, index }, key }) => ({ bytes, index, key })).sort((a, b) => compareBytes(a.key, b.key));
  const index = log.names.length - 1;
  const open = (given: SnapshotItem[]): Replayer => {
    const read = cut(given, 900).flatMap(({ bytes, part }) => openSnapshotPart(bytes, part, log.names.length));
    return Replayer.fromSnapshot({ edges: log.edges, items: read, seal: { bytes: log.names[index] as Uint8Array, index } });
  };
  expect(open(items).heads()).toEqual(log.seals.at(-1)?.heads);
  expect(refusalCode(() => open(items.slice(1)))).toBe('replay-mismatch');
  expect(refusalCode(() => open(items.map((one, i) => (i === 2 ? { ...one, bytes: items[1]?.bytes as Uint8Array } : one))))).toBe('replay-mismatch');
});
