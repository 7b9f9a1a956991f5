import type { ServiceContext } from './context';
import type { EvidenceFolder } from './evidence-folder';
import type { LiveRegistry } from './live-registry';
import type { RegistryCore } from './registry-core';
import type { StripeGateway } from './stripe-gateway';

/** AppContext is a ServiceContext over a registry that runs in this process. */
export interface AppContext extends ServiceContext {
  registry: LiveRegistry;
  core: RegistryCore;
  /** what this site publishes of evidence */
  evidence: EvidenceFolder;
}

/** makeContext puts the parts together. */
export function makeContext(core: RegistryCore, others: { evidence: EvidenceFolder; stripe: StripeGateway; random: (sizeBytes: number) => Uint8Array }): AppContext {
  const { db, clock, live, keys, acceptor } = core;
  return {
    db,
    clock,
    random: others.random,
    registry: live,
    core,
    evidence: others.evidence,
    registrar: keys.registrar,
    loadState: (wanted) => acceptor.loadState(wanted),
    rehearse: (bytes) => acceptor.rehearse(bytes),
    submit: (bytes) => acceptor.submit(bytes),
    assertionStatus: (hash) => acceptor.status(hash),
    stripe: others.stripe,
    log: (line) => core.log(line),
  };
}
