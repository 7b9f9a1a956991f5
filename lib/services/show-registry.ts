import { parseVkey } from '../core/note/vkey';
import { toBase64 } from '../core/bytes/base64';
import type { RegistryInfo, SealEvent } from '../client/wire';
import type { AppContext } from './app-context';
import type { SealFacts } from './live-registry';
import { policyChain } from './policy-chain';
import { enrolledValidators } from './validators';

/** showRegistry tells what a browser needs to build payloads for this registry and to check what it is shown. */
export async function showRegistry(ctx: AppContext): Promise<RegistryInfo> {
  const { registry } = ctx;
  const policies = await policyChain(ctx, registry.policyEntry());
  const { head } = registry;
  const policy = registry.policy();
  return {
    registry: registry.id,
    origin: registry.origin,
    periodSec: registry.periodSec,
    registrar: [...policy.registrar],
    nowSec: ctx.clock(),
    sandbox: ctx.stripe.sandbox,
    names: { size: head.names.size, root: toBase64(head.names.root), timeSec: head.timeSec, seal: head.number },
    proofs: { size: head.proofs.size, root: toBase64(head.proofs.root) },
    nextSealSec: registry.nextSealSec(),
    policies,
    schedule: { ...policy.schedule, priceCents: [...policy.schedule.priceCents] },
  };
}

/** sealEvent is a seal as `GET /api/v1/events` tells it. */
export function sealEvent(ctx: AppContext, seal: SealFacts): SealEvent {
  return {
    seal: seal.number,
    timeSec: seal.timeSec,
    names: { size: seal.names.size, root: toBase64(seal.names.root) },
    proofs: { size: seal.proofs.size, root: toBase64(seal.proofs.root) },
    nextSealSec: ctx.registry.nextSealSec(),
  };
}

/** WellKnown is `/.well-known/mns.json` (DESIGN §4). */
export interface WellKnown {
  registry: string;
  origin: string;
  periodSec: number;
  logs: Record<'names' | 'proofs', { vkey: string; url: string }>;
  validators: { name: string; vkey: string; udf: string }[];
}

/** showWellKnown tells a follower where the logs are and by which keys they are signed; the registry id in it never changes. */
export async function showWellKnown(ctx: AppContext, siteUrl: string): Promise<WellKnown> {
  const { registry } = ctx;
  const { logs } = registry.policy();
  const log = (name: 'names' | 'proofs') => ({ vkey: logs[name][0] ?? '', url: `${siteUrl}/tlog/${name}` });
  const validators = (await enrolledValidators(ctx)).map(({ udf, vkey }) => ({ name: parseVkey(vkey).name, udf, vkey }));
  return { registry: registry.id, origin: registry.origin, periodSec: registry.periodSec, logs: { names: log('names'), proofs: log('proofs') }, validators };
}
