import { expect, test } from 'vitest';
import * as names from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import type { Json } from '../bytes/canonical-json';
import { FixtureLog } from '../registry/fixture-log';
import { encodeEntry, nameKey, type RecordEntry, readRecord } from '../registry/state';
import { fixtureProof } from './fixture-proof';
import { verifyStateProof } from './light-client';
import type { StateProof } from './state-proof';

const delays = { ...DEFAULT_DELAYS, curingSec: 60, noticeSec: 60, reversalSec: 600, transferSec: 60 };
const world = fixtures.makeRegistry('light names', { delays });
const [alice, bob] = ['alice', 'bob'].map((label) => fixtures.makeIdentity(world.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity];
const alice1 = fixtures.nextIdentity(alice);

/** Life is one name's way through the log; after each seal every tenure of it must verify. */
class Life {
  readonly log = new FixtureLog(world);
  readonly texts: string[] = [];

  constructor(readonly name: string) {
    this.seal(() => fixtures.makeRegister(world, alice, name));
  }

  seal(make: (record: RecordEntry) => ReturnType<typeof fixtures.makeRegister> | null): this {
    const before = readRecord(this.log.state, this.name)?.entry;
    const parsed = make(before as RecordEntry);
    const sealed = this.log.seal(parsed === null ? [] : [parsed]);
    expect(sealed.refused).toEqual([]);
    const highest = readRecord(this.log.state, this.name)?.entry.tenure ?? 0;
    for (let tenure = 0; tenure <= highest; tenure++) this.texts.push(this.check(tenure));
    return this;
  }

  record(): RecordEntry {
    return readRecord(this.log.state, this.name)?.entry as RecordEntry;
  }

  proof(tenure: number | null): StateProof {
    return fixtureProof(this.log, { kind: 'name', name: this.name, tenure });
  }

  check(tenure: number): string {
    const found = verifyStateProof(this.proof(tenure) as object as Json, { registry: world.registry });
    const failed = found.steps.find((step) => step.state === 'failed');
    expect(failed ?? null).toBeNull();
    expect([found.ok, found.record?.tenure, found.record?.name]).toEqual([true, tenure, this.name]);
    return found.steps.find(({ code }) => code === 'signatures')?.facts.map(({ value }) => value).join('; ') ?? '';
  }
}

test('a name that is sold is proved while the transfer is pending and after, the old tenure too, whatever key signed', () => {
  const life = new Life('alice-cooper')
    .seal((record) => fixtures.makeUpdate(world, alice, record, { service: 'example.net' }))
    .seal((record) => names.makeTransfer(world, alice, bob, record))
    .seal((record) => names.makeCancel(world, record, alice.root))
    .seal((record) => names.makeTopup(world, record))
    .seal((record) => names.makeTransfer(world, alice, bob, record))
    .seal((record) => fixtures.makeUpdate(world, alice, record, { service: 'last.example' }));
  expect(life.record()).toMatchObject({ tenure: 1, udf: bob.udf });
  // The key that had signed is replaced after the sale.
  life.seal(() => fixtures.makeRotate(world, alice, alice1)).seal((record) => names.makeRootTransfer(world, bob, alice1, record));
  expect(life.record()).toMatchObject({ tenure: 2, udf: alice.udf });
  expect(new Set(life.texts)).toContain('an earlier signing key of the holder; an earlier signing key of the holder');
  expect(new Set(life.texts)).toContain('who gave the name away and the holder’s signing key');
});

test('a rotation that voids a transfer is what the record then rests on', () => {
  const life = new Life('alice-cooper').seal((record) => names.makeTransfer(world, alice, bob, record));
  life.log.seal([fixtures.makeRotate(world, alice, alice1)]);
  expect(life.record().pending).toEqual([]);
  expect(life.check(0)).toBe('the holder’s signing key and the registrar; the holder’s root key and new signing key');
});

test('a name that is reassigned is proved through dispute, notice and after, and so is the tenure that goes on under its number', () => {
  const life = new Life('alice-cooper')
    .seal((record) => names.makeDispute(world, record, 'D1'))
    .seal((record) => names.makeDispute(world, record, 'D1', 'dispute-closed'))
    .seal((record) => names.makeDispute(world, record, 'D2'))
    .seal((record) => names.makeReassign(world, bob, record))
    .seal((record) => names.makeTopup(world, record));
  expect(life.record()).toMatchObject({ registration: 'reassigned', tenure: 1 });
  life.seal(() => fixtures.makeUpdate(world, alice, readRecord(life.log.state, life.name, 0)?.entry as RecordEntry, { service: 'old.example' }));
  expect(life.check(0)).toBe('the holder’s signing key');
});

test('a name whose payment is taken back is proved to the end of its tenure, and beyond', () => {
  const life = new Life('alice')
    .seal((record) => names.makePayment(world, record, 'payment-reversed'))
    .seal(() => null);
  expect(life.record().ended).toBe('unpaid');
  life.seal(() => fixtures.makeRegister(world, bob, 'alice', { tenure: 1 })).seal((record) => names.makePayment(world, record, 'payment-settled'));
  expect(life.record()).toMatchObject({ locks: [], tenure: 1, udf: bob.udf });
});

function failedAt(proof: StateProof): string | undefined {
  return verifyStateProof(proof as object as Json, { registry: world.registry }).steps.find((step) => step.state === 'failed')?.code;
}

test('a record of which one of its assertions is not shown is refused', () => {
  const life = new Life('alice-cooper').seal((record) => names.makeTopup(world, record));
  const proof = life.proof(null);
  const without = (index: number): StateProof => ({ ...proof, assertions: proof.assertions.filter((one) => one.index !== index) });
  // The registration has the holder's certificate too.
  expect([failedAt(without(life.record().source)), failedAt(without(life.record().proof))]).toEqual(['identity', 'assertion']);
});

test('a registry that writes another service into a record than its holder signed is found out, whatever the record rests on', () => {
  const { log, name } = new Life('alice-cooper');
  const item = log.state.get(nameKey(name));
  const record = readRecord(log.state, name)?.entry as RecordEntry;
  const forged = { ...record, service: 'thief.example' };
  log.state.commit([{ item: { bytes: encodeEntry(forged), entry: forged, index: item?.index ?? 0 }, key: nameKey(name) }]);
  log.seal([names.makeTopup(world, record)]);
  expect(readRecord(log.state, name)?.entry.service).toBe('thief.example');
  expect(failedAt(fixtureProof(log, { kind: 'name', name, tenure: null }))).toBe('signatures');
});
