import { parseAssertion } from '../core/assertion/parse';
import { acceptSignatures, planSignatures, type SignaturePlan, type VerifiedAssertion } from '../core/assertion/verify';
import { checkpointToSign, formatCheckpoint } from '../core/checkpoint/checkpoint';
import { type Batch, type Both, sealTime } from '../core/registry/batch';
import { parseSeal } from '../core/registry/parse-entry';
import { logOrigin } from '../core/registry/policy';
import { readPolicy } from '../core/registry/state';
import { PeriodSplitter, Replayer } from '../core/validation/replay';
import { toBase64 } from '../core/bytes/base64';
import { CopyReader } from '../copy/copy-reader';
import { commitSeal } from '../storage/commit-seal';
import type { Database } from '../storage/database';
import { DamageError } from './edge-check';
import type { RegistryKeys } from './keys';
import { type GenesisWishes, signGenesis } from './make-genesis';
import { sealCommitOf, signBoth } from './sequence-batch';
import type { VerifyMany } from './signatures';

/** ForkOptions are what a registry is made with that goes on from a provider's copy. */
export interface ForkOptions extends GenesisWishes {
  db: Database;
  clock: () => number;
  log: (line: string) => void;
}

const ENTRIES_AT_ONCE = 4_096;
/** A line about so many seals taken over. */
const TELL_SEALS = 5_000;

/**
 * forkRegistry fills an empty database from a provider's copy and goes on from there under new keys, a new origin and a new id.
 * Every entry is replayed, its signatures checked; each old checkpoint is signed anew, for the logs of the new origin. The next
 * seal holds the genesis, which names the registry that it continues: everybody can see it.
 */
export async function forkRegistry(options: ForkOptions, copyDir: string): Promise<void> {
  const { clock, db, keys, log, origin } = options;
  const copy = CopyReader.open(copyDir);
  try {
    const head = copy.needHead();
    if (head.from !== null) throw new DamageError(`the copy in ${copyDir} began at a snapshot: a registry can only go on from a copy of the whole history`);
    const replayer = Replayer.fromGenesis();
    log(`going on from the registry ${head.registry}, copied up to seal ${head.seal}: ${head.names.size.toLocaleString('en')} names entries, ${head.proofs.size.toLocaleString('en')} proofs entries`);
    for (const period of periodsOf(copy, head.names.size)) {
      const computed = replayer.replay(await checked(period.proofs, options.verifyMany), period.timeSec, period.names);
      await store(db, computed, resigned(computed, keys, origin));
      if (computed.seal.number % TELL_SEALS === TELL_SEALS - 1) log(`taken over up to seal ${computed.seal.number}`);
    }
    const { last } = replayer;
    const names = replayer.heads().names;
    const before = readPolicy(replayer.state)?.entry;
    if (last === null || before === undefined || last.number !== head.seal) throw new DamageError(`the copy in ${copyDir} does not end in its seal ${head.seal}`);
    const continues = { map: toBase64(replayer.map.root()), registry: before.registry, root: toBase64(names.root), size: names.size };
    const genesis = await signGenesis(options, clock(), continues);
    const computed = replayer.replay([genesis], sealTime(last, clock()));
    await store(db, computed, signBoth({ keys, live: null }, computed));
    log(`new registry ${genesis.parsed.hash} for ${origin}, which goes on from ${before.registry} at seal ${last.number}, ${names.size.toLocaleString('en')} names entries`);
  } finally {
    copy.close();
  }
}

interface CopiedPeriod {
  readonly names: Uint8Array[];
  readonly proofs: Uint8Array[];
  readonly timeSec: number;
}

function* periodsOf(copy: CopyReader, size: number): Generator<CopiedPeriod> {
  const splitter = new PeriodSplitter();
  for (let at = 0; at < size; at += ENTRIES_AT_ONCE) {
    for (const names of splitter.push(copy.names.entries(at, Math.min(size, at + ENTRIES_AT_ONCE)))) {
      const { covers, timeSec } = parseSeal(names.at(-1) ?? new Uint8Array(0));
      yield { names, proofs: copy.proofs.entries(covers[0], covers[1]), timeSec };
    }
  }
}

async function checked(entries: readonly Uint8Array[], verifyMany: VerifyMany): Promise<VerifiedAssertion[]> {
  const plans: SignaturePlan[] = entries.map((bytes) => planSignatures(parseAssertion(bytes)));
  const good = await verifyMany(plans.flatMap(({ checks }) => checks));
  let at = 0;
  return plans.map((plan) => {
    const from = at;
    at += plan.checks.length;
    return acceptSignatures(plan, good.slice(from, at));
  });
}

/** A seal of the old registry, signed for the logs of the new one: what they say of the past is the same. */
function resigned(computed: Batch, keys: RegistryKeys, origin: string): Both<string> {
  const one = (log: 'names' | 'proofs') => {
    const toSign = checkpointToSign({ origin: logOrigin(origin, log), ...computed.heads[log] });
    return formatCheckpoint(toSign, [{ publicKey: keys[log].publicKey, signature: keys[log].sign(toSign) }]);
  };
  return { names: one('names'), proofs: one('proofs') };
}

async function store(db: Database, computed: Batch, notes: Both<string>): Promise<void> {
  const done = await commitSeal(db, sealCommitOf(computed, notes, { cutSeq: 0, seal: computed.seal.number - 1 }));
  if (done !== 'committed') throw new DamageError('another process writes to this database');
}
