import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ParsedAssertion } from '../../core/assertion/parse';
import { acceptSignatures } from '../../core/assertion/verify';
import { batch } from '../../core/registry/batch';
import type { FixtureLog } from '../../core/registry/fixture-log';
import { logOrigin } from '../../core/registry/policy';
import { checkpointToSign, formatCheckpoint } from '../../core/checkpoint/checkpoint';
import { signWith } from '../../core/keys/sign';
import { appendLeaves, emptyEdge, headOf } from '../../core/tlog/edge';
import { leafHash } from '../../core/tlog/hash';
import { TestSource } from '../../copy/source-for-tests';
import type { ReplayWorkers } from '../../native/replay-workers';
import { runFollow } from '../follow/follow-run';
import { type TestIo, testIo } from '../io-for-tests';
import { startValidation } from './validation';

/** Validated is what one run of a validator left behind. */
export interface Validated {
  readonly io: TestIo;
  /** The lines that were posted as tokens. */
  readonly posted: string[];
  readonly error: Error | null;
  /** DIR/cosigned, or null. */
  readonly cosigned: string | null;
}

/** newFolder is a folder for one validator. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'mns-validate-'));
}

/** validateOnce runs a validator over a source until it has what the source shows. */
export async function validateOnce(dir: string, source: TestSource, log: FixtureLog, workers: ReplayWorkers, awaySec = 5): Promise<Validated> {
  const posted: string[] = [];
  const io = testIo({
    clock: () => (log.last?.timeSec ?? 0) + awaySec,
    fetch: (_url, init) => {
      posted.push(typeof init?.body === 'string' ? init.body : '');
      return Promise.resolve(new Response('{"tokens":[]}', { status: 201 }));
    },
  });
  const validation = startValidation({ dir, name: 'provider.example', postTo: null, source, url: source.url, workers }, io);
  let error: Error | null = null;
  try {
    await runFollow({ dir, once: true, registry: log.world.registry, source, url: source.url, ...validation.run }, io);
  } catch (caught) {
    error = caught as Error;
  }
  await validation.finish();
  return { cosigned: read(join(dir, 'cosigned')), error, io, posted };
}

/** followOnce copies without replaying. */
export async function followOnce(dir: string, source: TestSource, log: FixtureLog): Promise<void> {
  const io = testIo({ clock: () => (log.last?.timeSec ?? 0) + 5 });
  await runFollow({ dir, once: true, registry: log.world.registry, source, url: source.url }, io);
}

/** lyingSource serves a log of which one name-log entry was changed, all signed by the registry's own keys. */
export function lyingSource(log: FixtureLog, change: (entry: string, index: number) => string): TestSource {
  const source = new TestSource(log);
  const entries = source.logs.names.entries.map((bytes, i) => new Uint8Array(Buffer.from(change(Buffer.from(bytes).toString('utf8'), i))));
  source.notesBySize.clear();
  for (const { heads } of log.seals) {
    const { root, size } = headOf(appendLeaves(emptyEdge(), entries.slice(0, heads.names.size).map(leafHash)).edge);
    const prepared = checkpointToSign({ origin: logOrigin(log.world.origin, 'names'), root, size });
    source.notesBySize.set(size, formatCheckpoint(prepared, [signWith(prepared, log.world.logs.names.seed)]));
  }
  source.logs.names = { entries, note: source.notesBySize.get(entries.length) ?? '' };
  return source;
}

/** sealForged seals an assertion whose signature nobody checked, as only a registry that cheats does. */
export function sealForged(log: FixtureLog, parsed: ParsedAssertion): void {
  const { due, edges, last, map, state } = log;
  const sealed = batch({ due, edges, last, map, pending: [acceptSignatures({ checks: [], parsed }, [])], state, timeSec: (last?.timeSec ?? 0) + 60 });
  if (sealed.refused.length > 0) throw new Error(sealed.refused[0]?.detail);
  sealed.staged.commit();
  state.commit(sealed.writes);
  due.commit(sealed.writes);
  log.edges = sealed.edges;
  log.last = sealed.last;
  log.names.push(...sealed.names.entries);
  log.proofs.push(...sealed.proofs.entries);
  log.leaves.names.push(...sealed.names.leaves);
  log.leaves.proofs.push(...sealed.proofs.leaves);
  log.seals.push(sealed);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
