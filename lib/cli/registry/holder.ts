import { formatTenureName } from '../../core/assertion/name';
import { type IdentityEntry, readIdentity, readRecord, type RecordEntry, type StateReader } from '../../core/registry/state';
import { isAlive } from '../../core/resolution/reader';
import { ageWords, OLD_COPY_SEC } from '../../core/resolution/warnings';
import { CopyReader } from '../../copy/copy-reader';
import { StateIndex } from '../../copy/state-index';
import type { LoggedHolder } from '../cert/check-chain';
import { refuseCli } from '../cli-refusal';
import { type CommandArgs, type Io, textOption, UsageError } from '../command';
import { knowRegistry, proveState } from './registry-api';

/** HOLDER_OPTIONS say where the log is looked at: an own copy, or a registry's proof. */
export const HOLDER_OPTIONS = { data: { type: 'string' }, registry: { type: 'string' }, url: { type: 'string' } } as const;
export const HOLDER_USAGE = `  --data DIR              the local copy that says who holds the name
  --url URL               or the registry, whose proof is checked; --registry ID pins it`;

/** holderOf finds who holds a name (or one tenure of it) by the log. @throws UsageError, CliRefusal, CopyRefusal. */
export async function holderOf(args: CommandArgs, io: Io, name: string, tenure: number | null): Promise<LoggedHolder> {
  const [data, url] = [textOption(args, 'data'), textOption(args, 'url')];
  if (data !== null) {
    const reader = CopyReader.open(data);
    try {
      const ageSec = io.clock() - reader.needHead().timeSec;
      if (ageSec >= OLD_COPY_SEC) io.err(`mns: warning: the copy of the log is ${ageWords(ageSec)} old: the name may have another holder by now`);
      return holderIn(StateIndex.open(reader).stateReader(), name, tenure);
    } finally {
      reader.close();
    }
  }
  if (url === null) throw new UsageError('--data DIR or --url URL is missing');
  const known = await knowRegistry(io, url, textOption(args, 'registry'));
  if (textOption(args, 'registry') === null) io.err(`mns: the registry is not pinned; take its word this time, and then give --registry ${known.registry}`);
  const path = `names/${tenure === null ? name : formatTenureName(name, tenure)}`;
  const state = await proveState(io, url, path, { registry: known.registry, subject: { kind: 'name', name, tenure } });
  return joined(state.present ? state.record : null, state.identity, name);
}

/** holderIn is `holderOf` for a state that is at hand. @throws CliRefusal `not-found`, `not-reachable`. */
export function holderIn(state: StateReader, name: string, tenure: number | null): LoggedHolder {
  const record = readRecord(state, name, tenure)?.entry ?? null;
  return joined(record, record === null ? null : (readIdentity(state, record.udf)?.entry ?? null), name);
}

function joined(record: RecordEntry | null, identity: IdentityEntry | null, name: string): LoggedHolder {
  if (record === null || identity === null || identity.udf !== record.udf) return refuseCli('not-found', `@${name} is not in the log.`);
  // what no longer routes has no hosts: its earlier holder's certificates speak for nobody
  if (!isAlive(record)) refuseCli('not-reachable', `@${formatTenureName(record.name, record.tenure)} has ended (${record.ended}): nothing is reached by it any more.`);
  return { ca: identity.ca, tenure: `@${formatTenureName(record.name, record.tenure)}`, udf: identity.udf };
}
