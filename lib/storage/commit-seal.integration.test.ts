import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitSeal } from './commit-seal';
import { digest, KINDS, sampleCommit, sampleEntry, testDatabases, type TestDatabases } from './databases-for-tests';
import { isUniqueViolation } from './errors';
import { openCut, readHead, retimeCut } from './heads';
import { newestSeals, readEntries, readEntry, readLeaves, readSeals, readTile, readTiles, sealByNamesSize, sealByNumber, sealOfEntry } from './log-store';
import { acceptGroup, findAssertions, listPending } from './pending-store';
import { loadMapLeaves, readStates, readWaiting } from './state-store';

const assertion = (text: string, bySeal = 0) => ({ hash: digest(text), bytes: Buffer.from(text), bySeal });

describe.each(KINDS)('on %s', (kind) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await testDatabases(kind);
  });
  afterAll(() => databases.remove());

  test('a new database stands before genesis', async () => {
    const db = await databases.open();
    expect(db.kind).toBe(kind);
    expect(await readHead(db)).toMatchObject({ seal: -1, lastSeq: 0, cutSeq: 0, cutSeal: -1, names: { size: 0, root: Buffer.from(digest('')) } });
    expect(await newestSeals(db, 5)).toEqual([]);
    expect((await loadMapLeaves(db)).count).toBe(0);
  });

  test('everything one seal writes can be read back', async () => {
    const db = await databases.open();
    const commit = sampleCommit(await readHead(db), 300);
    const tile = new Uint8Array(8192).fill(7);
    const told: number[] = [];
    db.signals.onSeal((seal) => told.push(seal));
    expect(await commitSeal(db, { ...commit, tiles: [{ log: 'names', level: 0, index: 0, hashes: tile }], refused: [{ hash: digest('no'), code: 'expired', detail: 'too late' }] })).toBe('committed');
    expect(told).toEqual([0]);

    expect(await readHead(db)).toMatchObject({ seal: 0, cutSeal: 0, names: { size: 301 }, proofs: { size: 300 }, map: { size: 300 } });
    expect(await readEntries(db, 'proofs', 0, 1000)).toEqual(commit.proofEntries.map((entry) => entry.bytes));
    expect(await readEntries(db, 'names', 299, 301)).toEqual(commit.nameEntries.slice(299).map((entry) => entry.bytes));
    expect(await readEntry(db, 'names', 301)).toBeNull();
    expect(await readLeaves(db, 'proofs', 10, 20)).toEqual(Buffer.concat(commit.proofEntries.slice(10, 20).map((entry) => entry.leaf)));
    expect(await readTile(db, 'names', 0, 0)).toEqual(Buffer.from(tile));
    expect(await readTile(db, 'proofs', 0, 0)).toBeNull();
    expect(await readTiles(db, 'names', 0, 0, 9)).toHaveLength(1);

    const seal = { ...commit.seal };
    for (const found of [await sealByNumber(db, 0), await sealByNamesSize(db, 301), await sealOfEntry(db, 'proofs', 299), (await readSeals(db, 0, 1))[0]]) {
      expect(found).toEqual({ ...seal, names: { ...seal.names, root: Buffer.from(seal.names.root) }, proofs: { ...seal.proofs, root: Buffer.from(seal.proofs.root) }, map: { ...seal.map, root: Buffer.from(seal.map.root) } });
    }
    expect(await sealOfEntry(db, 'proofs', 300)).toBeNull();

    const [state] = await readStates(db, [commit.mapWrites[4]?.key ?? digest(''), digest('unknown')]);
    expect(state).toEqual({ key: commit.mapWrites[4]?.key, nameIndex: 4, bytes: commit.nameEntries[4]?.bytes });
    const leaves = await loadMapLeaves(db);
    const sorted = [...commit.mapWrites].toSorted((a, b) => Buffer.compare(a.key, b.key));
    expect(leaves.count).toBe(300);
    expect(Buffer.from(leaves.keys)).toEqual(Buffer.concat(sorted.map((write) => write.key)));
    expect(Buffer.from(leaves.values)).toEqual(Buffer.concat(sorted.map((write) => write.value)));

    const places = await findAssertions(db, [digest('seal 0 proof 7'), digest('no'), digest('never seen')]);
    expect(places.get(Buffer.from(digest('seal 0 proof 7')).toString('hex'))).toEqual({ state: 'sealed', seal: 0, proofIndex: 7, nameIndex: 7 });
    expect(places.get(Buffer.from(digest('no')).toString('hex'))).toEqual({ state: 'refused', seal: 0, code: 'expired', detail: 'too late' });
    expect(places.size).toBe(2);
  });

  test('an assertion that its seal refused, and that was accepted again later, is accepted and then sealed', async () => {
    const db = await databases.open();
    const again = assertion('again', 1);
    await commitSeal(db, { ...sampleCommit(await readHead(db), 1), refused: [{ hash: again.hash, code: 'chain-busy', detail: 'wait' }] });
    const place = async () => (await findAssertions(db, [again.hash])).get(Buffer.from(again.hash).toString('hex'));
    expect(await place()).toMatchObject({ state: 'refused' });
    await acceptGroup(db, { seal: 0, cutSeal: 0, lastSeq: 0 }, [again], 50);
    expect(await place()).toMatchObject({ state: 'accepted', bySeal: 1 });
    await openCut(db, 0, 2_000_000_000);
    const commit = sampleCommit(await readHead(db), 1);
    await commitSeal(db, { ...commit, sealed: [{ hash: again.hash, proofIndex: 1, nameIndex: 2 }] });
    expect(await place()).toEqual({ state: 'sealed', seal: 1, proofIndex: 1, nameIndex: 2 });
  });

  test('of two sealers on one head exactly one commits, and the other writes nothing', async () => {
    const db = await databases.open();
    const head = await readHead(db);
    const results = await Promise.all(['a', 'b', 'c'].map((label) => commitSeal(db, sampleCommit(head, 3, label))));
    expect(results.toSorted()).toEqual(['committed', 'moved', 'moved']);
    expect(await readHead(db)).toMatchObject({ seal: 0, names: { size: 4 } });
    expect(await readEntries(db, 'names', 0, 100)).toHaveLength(4);
    expect(await commitSeal(db, sampleCommit(head, 3))).toBe('moved');
    const later = await readHead(db);
    expect(await commitSeal(db, sampleCommit({ ...later, names: { ...later.names, size: 99 } }, 1))).toBe('moved');
    expect((await newestSeals(db, 9)).map((seal) => seal.number)).toEqual([0]);
  });

  test('a map key written again keeps one leaf, the newest', async () => {
    const db = await databases.open();
    await commitSeal(db, sampleCommit(await readHead(db), 2));
    const commit = sampleCommit(await readHead(db), 2);
    const key = digest('seal 0 proof 0');
    const write = { key, value: digest('new'), nameIndex: 3, waits: true };
    expect(await commitSeal(db, { ...commit, mapWrites: [write] })).toBe('committed');
    expect((await loadMapLeaves(db)).count).toBe(2);
    expect(await readStates(db, [key])).toMatchObject([{ nameIndex: 3, bytes: sampleEntry('seal 1 name 0').bytes }]);
    // What waits is found by its flag, and no longer once the key is written without.
    expect(await readWaiting(db)).toMatchObject([{ key: Buffer.from(key), nameIndex: 3 }]);
    const third = sampleCommit(await readHead(db), 1);
    await commitSeal(db, { ...third, mapWrites: [{ ...write, waits: false }] });
    expect(await readWaiting(db)).toEqual([]);
  });

  test('accepting is a compare-and-swap: a group checked on an older head is not stored', async () => {
    const db = await databases.open();
    const before = { seal: -1, cutSeal: -1, lastSeq: 0 };
    expect(await acceptGroup(db, before, [assertion('one'), assertion('two')], 1_000)).toBe(2);
    expect(await acceptGroup(db, before, [assertion('three')], 1_000)).toBeNull();
    expect(await acceptGroup(db, { ...before, lastSeq: 2 }, [assertion('three')], 1_001)).toBe(3);
    expect((await listPending(db, 0)).map((row) => [row.seq, Buffer.from(row.bytes).toString(), row.acceptedSec, row.bySeal])).toEqual([
      [1, 'one', 1_000, 0],
      [2, 'two', 1_000, 0],
      [3, 'three', 1_001, 0],
    ]);
    expect((await listPending(db, 1, 2)).map((row) => row.seq)).toEqual([2]);
    const twice = acceptGroup(db, { ...before, lastSeq: 3 }, [assertion('four'), assertion('one')], 1_002);
    await expect(twice).rejects.toSatisfy((error) => isUniqueViolation(error, 'pending_hash_key'));
    expect((await readHead(db)).lastSeq).toBe(3);
  });

  test('many acceptors at once number what they accept without a gap or a repetition', async () => {
    const db = await databases.open();
    let nulls = 0;
    await Promise.all(
      Array.from({ length: 8 }, async (_, acceptor) => {
        for (let n = 0; n < 10; ) {
          const { seal, cutSeal, lastSeq } = await readHead(db);
          const got = await acceptGroup(db, { seal, cutSeal, lastSeq }, [assertion(`${acceptor} ${n} a`), assertion(`${acceptor} ${n} b`)], 5);
          if (got === null) nulls += 1;
          else n += 1;
        }
      }),
    );
    expect((await listPending(db, 0)).map((row) => row.seq)).toEqual(Array.from({ length: 160 }, (_, n) => n + 1));
    if (kind === 'postgres') expect(nulls).toBeGreaterThan(0);
  });

  test('a cut is made once, closes to what was accepted before it, and survives until it is sealed', async () => {
    const db = await databases.open();
    const accept = async (text: string) => {
      const { seal, cutSeal, lastSeq } = await readHead(db);
      return acceptGroup(db, { seal, cutSeal, lastSeq }, [assertion(text, cutSeal + 1)], 50);
    };
    await commitSeal(db, sampleCommit(await readHead(db), 1));
    await accept('before');
    const cut = await openCut(db, 0, 500);
    expect(cut).toMatchObject({ seal: 0, cutSeal: 1, cutSeq: 1, cutSec: 500 });
    expect(await openCut(db, 0, 600)).toBeNull();
    await accept('after');
    expect(await readHead(db)).toMatchObject({ cutSeal: 1, cutSeq: 1, cutSec: 500, lastSeq: 2 });
    expect(await commitSeal(db, sampleCommit({ ...(await readHead(db)), cutSeq: 2 }, 1))).toBe('moved');
    expect(await commitSeal(db, sampleCommit(await readHead(db), 1))).toBe('committed');
    expect((await listPending(db, 0)).map((row) => Buffer.from(row.bytes).toString())).toEqual(['after']);
    expect(await openCut(db, 1, 500)).toBeNull();
    expect(await openCut(db, 1, 501)).toMatchObject({ cutSeal: 2, cutSeq: 2 });
  });

  test('a cut that is given a later time is sealed with that one only, and no other cut is changed', async () => {
    const db = await databases.open();
    await commitSeal(db, sampleCommit(await readHead(db), 1));
    const cut = await openCut(db, 0, 500);
    if (cut === null) throw new Error('no cut');
    const asCut = sampleCommit(cut, 1);
    expect(await retimeCut(db, cut, 500)).toBeNull();
    expect(await retimeCut(db, { ...cut, cutSec: 499 }, 900)).toBeNull();
    const later = await retimeCut(db, cut, 900);
    expect(later).toMatchObject({ cutSeal: 1, cutSeq: cut.cutSeq, cutSec: 900, seal: 0 });
    // The sealer that was thought dead comes back with what it had computed.
    expect(await commitSeal(db, asCut)).toBe('moved');
    expect(await commitSeal(db, sampleCommit(await readHead(db), 1))).toBe('committed');
    expect(await retimeCut(db, cut, 1_000)).toBeNull();
  });
});
