import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatVkey } from '../../core/note/vkey';
import { FolderLockError, lockFolder } from '../../native/folder-lock';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, flagOption, type Io, neededOption, textOption, textsOption, UsageError } from '../command';
import type { WitnessedLog } from '../witness/add-checkpoint';
import { joinLogs, readKey, readLogList } from '../witness/log-list';
import { Witness } from '../witness/witness';
import { listen, witnessServer } from '../witness/witness-server';
import { openWitnessKey } from '../witness/witness-key';
import { listenAddress } from '../listen-address';

const USAGE = `mns witness --listen [HOST:]PORT --data DIR --name NAME --log VKEY [--log VKEY …]

A witness of tiled logs (c2sp.org/tlog-witness): it cosigns each checkpoint that continues the one it cosigned before, for MNS logs and others.

  --listen [HOST:]PORT    where it answers POST /add-checkpoint and GET /<hash of the origin>/checkpoint; HOST is 127.0.0.1 unless given
  --data DIR              what it has cosigned; never lose or copy back this folder
  --key FILE              its key (default DIR/witness-key); made if missing and --name is given
  --name NAME             its name, an address without scheme: witness.example/w1
  --log VKEY              a log's verifier key; its origin is the key's name
  --new-memory            the key has never cosigned in another folder: begin with an empty one
  --logs FILE             a list of logs in the witness network's format (logs/v0)`;

/** command is `mns witness`. */
export const command: Command = {
  name: 'witness',
  options: { data: { type: 'string' }, key: { type: 'string' }, listen: { type: 'string' }, log: { multiple: true, type: 'string' }, logs: { type: 'string' }, name: { type: 'string' }, 'new-memory': { type: 'boolean' } },
  run: runWitness,
  summary: 'cosign checkpoints of logs for others (C2SP witness)',
  usage: USAGE,
};

async function runWitness(args: CommandArgs, io: Io): Promise<number> {
  const { host, port } = listenAddress(neededOption(args, 'listen'));
  const data = neededOption(args, 'data');
  const list = textOption(args, 'logs');
  const given = joinLogs(textsOption(args, 'log').map((text) => ({ origin: null, vkey: readKey(text) })));
  const logs = [...given, ...(list === null ? [] : readLogList(readText(list)))];
  if (logs.length === 0) throw new UsageError('give --log or --logs: a witness cosigns only logs that it knows');
  const lock = await lockFolder(data).catch(inUse);
  try {
    return await serveWitness(args, io, { data, host, logs, port });
  } finally {
    await lock.release();
  }
}

async function serveWitness(args: CommandArgs, io: Io, { data, host, logs, port }: { data: string; host: string; logs: readonly WitnessedLog[]; port: number }): Promise<number> {
  const keyFile = textOption(args, 'key') ?? join(data, 'witness-key');
  const memory = join(data, 'cosigned');
  // A key without the memory of what it cosigned could cosign a second history.
  if (existsSync(keyFile) && !existsSync(memory) && !flagOption(args, 'new-memory')) {
    refuseCli('no-file', `${keyFile} is there, and what it has cosigned, ${memory}, is not. Put that back, or make a new key; if the key never cosigned anything, say --new-memory.`);
  }
  const key = openWitnessKey(keyFile, textOption(args, 'name'), (count) => io.random(count));
  const witness = new Witness(memory, logs, key, () => io.clock());
  const server = witnessServer(witness, (line) => io.err(`mns: ${line}`));
  try {
    const bound = await listen(server, host, port);
    io.out(`mns: witness ${formatVkey(key.vkey)} on http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    await stopped(io.stop);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return 0;
}

/** A witness that runs twice on one folder would cosign two histories. */
function inUse(error: unknown): never {
  if (error instanceof FolderLockError) refuseCli('in-use', `${error.message}.`);
  throw error;
}

function stopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return refuseCli('no-file', `${path} can't be read.`);
  }
}
