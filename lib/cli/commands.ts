import type { Command } from './command';

/** ListedCommand is a command that is loaded only when it is asked for, so that `mns --help` is quick. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

/** COMMANDS are all commands, in the order in which `mns --help` shows them. */
export const COMMANDS: readonly ListedCommand[] = [
  { name: 'follow', summary: 'copy both logs of a registry, verify everything, and keep up with it', load: () => import('./commands/follow') },
  { name: 'validate', summary: 'follow, replay every entry, and sign tokens that say so', load: () => import('./commands/validate') },
  { name: 'policy', summary: 'whose tokens this provider counts, how many of them it asks for, and its peers', load: () => import('./commands/policy') },
  { name: 'fsck', summary: 'rebuild everything from a registry’s logs, or a copy’s, and compare', load: () => import('./commands/fsck') },
  { name: 'fork', summary: 'prepare a new registry that continues the history in a copy, after the old one is gone', load: () => import('./commands/fork') },
  { name: 'serve', summary: 'answer names from a copy: HTTP, DNS over UDP, TCP and HTTPS', load: () => import('./commands/serve') },
  { name: 'resolve', summary: 'say where an address leads: @alice, coffeepot@alice, alice.0.mm--, a UDF', load: () => import('./commands/resolve') },
  { name: 'identity', summary: 'make an identity, restore it from its 24 words, show it', load: () => import('./commands/identity') },
  { name: 'register', summary: 'register a name: sign, order, wait for the seal, verify the proof', load: () => import('./commands/register') },
  { name: 'update', summary: 'move a name to another provider, or change its name servers', load: () => import('./commands/update') },
  { name: 'cert', summary: 'certificates for the hosts under your name, tied to your identity', load: () => import('./commands/cert') },
  { name: 'witness', summary: 'cosign checkpoints of logs for others (C2SP witness)', load: () => import('./commands/witness') },
  { name: 'verify', summary: 'check a receipt, evidence or a .tlog-proof', load: () => import('./commands/verify') },
  { name: 'deliver', summary: 'send a message to the holder of a name', load: () => import('./commands/deliver') },
  { name: 'inbox', summary: 'fetch and read your messages', load: () => import('./commands/inbox') },
];
