import { readTile } from '../../services/read-tile';
import { showCheckpoint, showCheckpointAt } from '../../services/show-checkpoint';
import { showCosigned } from '../../services/show-validators';
import type { AppContext } from '../../services/app-context';
import { refuseService } from '../../services/service-refusal';
import type { Handler, HotResponse } from '../hot';
import { immutable, notModified, READ_HEADERS } from '../read-answers';
import type { ByteCache } from '../../services/byte-cache';

type LogName = 'names' | 'proofs';

const SIZE = /^(0|[1-9][0-9]{0,15})$/;

/** Tiles, bundles and checkpoints of older seals never change, so an answer that was made once is kept. */
export type TlogCache = ByteCache<HotResponse>;

/** tlogHandler answers the read path of both logs (tlog-tiles): `/tlog/*rest`. */
export function tlogHandler(cache: TlogCache): Handler {
  return async (req, ctx) => {
    const rest = req.params['rest'] ?? '';
    const slash = rest.indexOf('/');
    const log = rest.slice(0, slash);
    const path = rest.slice(slash + 1);
    if (log !== 'names' && log !== 'proofs') return refuseService('not-found', 'The logs are /tlog/names and /tlog/proofs.');
    if (path === 'checkpoint') return checkpointAnswer(ctx, log);
    if (path === 'cosigned' && log === 'names') return checkpointText(await showCosigned(ctx));
    const kept = cache.get(req.path) ?? (await make(ctx, log, path, req.path, cache));
    return notModified(kept, req.header('if-none-match')) ?? kept;
  };
}

async function make(ctx: AppContext, log: LogName, path: string, key: string, cache: TlogCache): Promise<HotResponse> {
  const answer = await answerFor(ctx, log, path);
  if (answer.headers['etag'] !== undefined) cache.set(key, answer, answer.body.length + 1_000);
  return answer;
}

async function answerFor(ctx: AppContext, log: LogName, path: string): Promise<HotResponse & { body: string | Uint8Array }> {
  if (log === 'names' && path.startsWith('checkpoint/')) {
    const size = path.slice('checkpoint/'.length);
    if (!SIZE.test(size)) refuseService('not-found', 'A checkpoint is asked for by its size.');
    const { final, note } = await showCheckpointAt(ctx, Number(size));
    return final ? immutable('text/plain; charset=utf-8', Buffer.from(note)) : checkpointText(note);
  }
  if (!path.startsWith('tile/')) return refuseService('not-found', 'A log has `checkpoint`, `tile/<level>/<index>` and `tile/entries/<index>`.');
  return immutable('application/octet-stream', await readTile(ctx, log, path));
}

/** checkpointAnswer is the newest checkpoint, which changes with each seal and is never kept by anybody. */
export function checkpointAnswer(ctx: AppContext, log: LogName): HotResponse {
  return checkpointText(showCheckpoint(ctx, log));
}

/** checkpointText is a checkpoint that may get more lines, or is not the newest for long. */
function checkpointText(note: string): HotResponse & { body: Uint8Array } {
  const body = Buffer.from(note);
  return { status: 200, headers: { ...READ_HEADERS, 'content-type': 'text/plain; charset=utf-8', 'content-length': String(body.length), 'cache-control': 'no-store' }, body };
}
