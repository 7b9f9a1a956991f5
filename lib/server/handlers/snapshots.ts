import { ByteCache } from '../../services/byte-cache';
import type { SnapshotFolder } from '../../services/snapshot-folder';
import { refuseService } from '../../services/service-refusal';
import type { Handler, HotResponse } from '../hot';
import { immutable, notModified, READ_HEADERS } from '../read-answers';

/** Parts that were asked for of late: all who fetch a snapshot fetch the same ones, and share their bytes while they are on the way. */
const PARTS_CACHE_BYTES = 64 * 1024 * 1024;

/** snapshotsHandler answers `/snapshots/newest` and `/snapshots/<seal>/<part>`. */
export function snapshotsHandler(folder: SnapshotFolder): Handler {
  const parts = new ByteCache<HotResponse>(PARTS_CACHE_BYTES);
  return async (req) => {
    const rest = req.params['rest'] ?? '';
    if (rest === 'newest') return newest(folder);
    const [seal = '', number = '', ...more] = rest.split('/');
    const kept = parts.get(rest);
    if (kept !== undefined) return notModified(kept, req.header('if-none-match')) ?? kept;
    const bytes = more.length > 0 ? null : await folder.part(seal, number);
    if (bytes === null) return refuseService('not-found', 'There is no such part of a snapshot (any more): /snapshots/newest lists those of the newest one.');
    const answer = immutable('application/octet-stream', bytes);
    parts.set(rest, answer, bytes.length + 1_000);
    return notModified(answer, req.header('if-none-match')) ?? answer;
  };
}

async function newest(folder: SnapshotFolder): Promise<HotResponse> {
  const list = await folder.newestList();
  if (list === null) return refuseService('not-found', 'There is no snapshot yet.');
  return { status: 200, headers: { ...READ_HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' }, body: list };
}
