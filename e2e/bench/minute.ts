import { theMillion } from './million';
import type { MinuteJob, MinuteResult } from './minute-worker';
import { type Populated, populate } from './populate';
import { startWorker } from './processes';
import type { Report } from './report';
import type { Bench } from './rounds';

const PART = 'minute';
const BATCH = 10_000;

/** openAndSeal runs a minute worker on a populated registry. */
export async function openAndSeal(job: MinuteJob): Promise<MinuteResult> {
  const worker = startWorker<MinuteJob, MinuteResult>('minute-worker.ts');
  try {
    return await worker.ask(job);
  } finally {
    await worker.stop();
  }
}

/** benchMinute measures a minute of 10,000 registrations on top of a million names, and the same on top of ten thousand: the seal's cost has to follow the batch and not the log. */
export async function benchMinute(bench: Bench, report: Report): Promise<void> {
  const seals = bench.quick ? 2 : 3;
  const large = await theMillion(bench);
  const entries = large.names * 3 + Math.ceil(large.names / 20_000) + 2;
  report.add(PART, { what: `log entries made by batches of 20,000 registrations and committed, PostgreSQL`, ours: entries / large.seconds, unit: '/s', note: `${large.names.toLocaleString('en-US')} names in ${large.seconds.toFixed(0)} s, making them included` });
  bench.progress(`${BATCH} registrations on top of ${large.names}`);
  const onLarge = await openAndSeal({ populated: large, batch: BATCH, seals, lookups: 0 });
  large.names += BATCH * seals;
  bench.progress(`${BATCH} registrations on top of ten thousand`);
  const small: Populated = await populate('postgres', BATCH, false);
  const onSmall = await openAndSeal({ populated: small, batch: BATCH, seals, lookups: 0 });
  const million = `${(large.names - BATCH * seals).toLocaleString('en-US')} names`;
  report.add(PART, { what: `sealing 10,000 registrations on top of ${million}, PostgreSQL`, ours: onLarge.sealSec, unit: 's', limit: { name: 'the same on top of 10,000 names', value: onSmall.sealSec } });
  report.add(PART, { what: 'the longest pause for others in the process meanwhile', ours: onLarge.stallMs, unit: 'ms' });
  report.add(PART, { what: `memory then, with ${million}`, ours: onLarge.sealedMb, unit: 'MB', limit: { name: 'with 10,000 names', value: onSmall.sealedMb } });
  report.add(PART, { what: `memory once ${million} are opened`, ours: onLarge.openMb, unit: 'MB' });
  report.add(PART, { what: 'registrations accepted in process, four signatures each, durable, PostgreSQL', ours: onLarge.acceptedPerSec, unit: '/s' });
  report.add(PART, { what: `opening ${million}: map loaded and checked`, ours: onLarge.openSec, unit: 's' });
}
