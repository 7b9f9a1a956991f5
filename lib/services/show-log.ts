import { toBase64 } from '../core/bytes/base64';
import type { LogEntry, LogInfo } from '../client/wire';
import { newestSeals, readEntries, sealOfEntry, type LogName, type Seal } from '../storage/log-store';
import type { AppContext } from './app-context';
import type { SealFacts } from './live-registry';
import { entryOf, pairedWith } from './show-entry';

const ENTRIES = 20;
const SEALS = 10;

type AtSeal = Pick<LogInfo, 'names' | 'proofs' | 'seals' | 'entries'>;

/** Everything but the clock changes only with a seal, so each seal's answer is made once. */
const answers = new WeakMap<SealFacts, Promise<AtSeal>>();

/** showLog gives both checkpoints, the newest seals, and the newest entries of both logs, newest first. */
export async function showLog(ctx: AppContext): Promise<LogInfo> {
  const { registry } = ctx;
  const { head } = registry;
  let answer = answers.get(head);
  if (answer === undefined) {
    answer = readLog(ctx, head);
    answers.set(head, answer);
    answer.catch(() => answers.delete(head));
  }
  return { ...(await answer), nowSec: ctx.clock(), nextSealSec: registry.nextSealSec(), periodSec: registry.periodSec };
}

async function readLog(ctx: AppContext, head: SealFacts): Promise<AtSeal> {
  const seals = (await newestSeals(ctx.db, SEALS + 1)).filter(({ number }) => number <= head.number).slice(0, SEALS);
  const names = await newestEntries(ctx, 'names', head.names.size);
  const proofs = await newestEntries(ctx, 'proofs', head.proofs.size);
  return {
    names: { note: head.notes.names, size: head.names.size, root: toBase64(head.names.root) },
    proofs: { note: head.notes.proofs, size: head.proofs.size, root: toBase64(head.proofs.root) },
    seals: seals.map(({ number, timeSec, names, proofs }) => ({ number, timeSec, namesSize: names.size, proofsSize: proofs.size })),
    entries: [...names, ...proofs].sort((a, b) => b.seal - a.seal),
  };
}

async function newestEntries(ctx: AppContext, log: LogName, size: number): Promise<LogEntry[]> {
  const first = Math.max(0, size - ENTRIES);
  const entries = await readEntries(ctx.db, log, first, size);
  const paired = await pairedWith(ctx, log, entries);
  const shown: LogEntry[] = [];
  let seal: Seal | null = null;
  for (const [i, bytes] of entries.entries()) {
    const index = first + i;
    if (seal === null || index >= seal[log].size) seal = await sealOfEntry(ctx.db, log, index);
    if (seal !== null) shown.push(entryOf(log, index, bytes, seal, paired[i] ?? null));
  }
  return shown.reverse();
}
