import { readFileSync } from 'node:fs';
import { CopyReader } from '../../copy/copy-reader';
import { CopyRefusal } from '../../copy/copy-refusal';
import { ageWords } from '../../core/resolution/warnings';
import { type Command, type CommandArgs, CommandError, type Io, neededOption, textOption, UsageError } from '../command';
import { listenAddress } from '../listen-address';
import { Names } from '../names/open-names';
import { type NamedPiece, serveHttp } from '../serve/http-server';
import { PIECES } from '../serve/pieces';

/** command is `mns serve`: one process that answers from a copy. */
export const command: Command = {
  name: 'serve',
  summary: 'answer names from a copy: HTTP, DNS over UDP, TCP and HTTPS',
  usage: [
    'mns serve --data DIR [options]',
    '',
    '--data DIR            the folder of the copy',
    '--http [HOST:]PORT    where HTTP is served (default 127.0.0.1:8053); --tls-cert FILE --tls-key FILE make it HTTPS',
    ...PIECES.flatMap((piece) => piece.usage),
    '',
    'HTTP: /resolve/@alice  /dns-query  /healthz and what the options add. mm-- is never asked of anybody else.',
  ].join('\n'),
  options: {
    data: { type: 'string' },
    http: { type: 'string' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
    ...Object.assign({}, ...PIECES.map(({ options }) => options)),
  },
  run: serve,
};

async function serve(args: CommandArgs, io: Io): Promise<number> {
  const dir = neededOption(args, 'data');
  const { host, port } = listenAddress(textOption(args, 'http') ?? '8053');
  const tls = tlsOf(args);
  const copy = CopyReader.open(dir);
  const startMs = performance.now();
  const names = Names.start({
    copy,
    seed: Buffer.from(io.random(4)).readUInt32LE(0),
    onProgress: (done, total) => io.redraw(`names: ${Math.floor((done / total) * 100)} % of ${total.toLocaleString('en-US')} entries`),
    onTrouble: (error) => io.err(`mns: names: ${error instanceof Error ? error.message : String(error)}`),
  });
  const pieces: NamedPiece[] = [];
  const closing: (() => Promise<void>)[] = [() => names.close()];
  try {
    for (const maker of PIECES) {
      const piece = await maker.make({ args, io, dir, copy, names });
      if (piece === null) continue;
      pieces.push({ name: maker.name, piece });
      closing.unshift(async () => piece.close?.());
    }
    const http = await serveHttp({ host, port, tls, pieces, copy, names, clock: io.clock, log: io.err });
    closing.unshift(() => http.close());
    for (const line of pieces.flatMap(({ piece }) => piece.lines ?? [])) io.out(`mns: ${line}`);
    io.out(`mns: ${tls === null ? 'HTTP' : 'HTTPS'} on ${host.includes(':') ? `[${host}]` : host}:${http.port}`);
    // a table that has to be made first takes a while; whoever asks is told so
    const isStopped = stopped(io.stop);
    await Promise.race([names.refresh().catch((error: unknown) => sayDamage(error, io)), isStopped]);
    const table = names.table();
    io.out(table === null ? 'mns: no whole copy here yet; answers begin when there is one' : `mns: ready: ${table.names.toLocaleString('en-US')} names as of seal ${table.asOf().seal}, ${ageWords(Math.max(0, io.clock() - table.asOf().timeSec))} ago (${Math.round(performance.now() - startMs)} ms)`);
    await isStopped;
  } catch (error) {
    throw listenProblem(error);
  } finally {
    for (const close of closing) await close();
    copy.close();
  }
  return 0;
}

/** sayDamage lets a server with a damaged copy wait for the follower's repair, and say so. */
function sayDamage(error: unknown, io: Io): void {
  if (!(error instanceof CopyRefusal)) throw error;
  io.err(`mns: ${error.code}: ${error.detail}`);
}

function tlsOf(args: CommandArgs): { cert: Uint8Array; key: Uint8Array } | null {
  const [cert, key] = [textOption(args, 'tls-cert'), textOption(args, 'tls-key')];
  if (cert === null && key === null) return null;
  if (cert === null || key === null) throw new UsageError('--tls-cert and --tls-key go together');
  return { cert: fileOf(cert), key: fileOf(key) };
}

function fileOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    throw new CommandError(`${path} can't be read`);
  }
}

/** stopped waits for SIGINT or SIGTERM. */
function stopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** listenProblem turns the usual reasons why a port can't be had into a line for people. */
function listenProblem(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'EADDRINUSE') return new CommandError(`the port is in use: ${error.message}`);
  if (error.code === 'EACCES') return new CommandError(`this port needs more rights: ${error.message}`);
  return error;
}
