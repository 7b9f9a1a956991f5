import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const PATH = /^\/_next\/static\/((?:[\w~-][\w.~-]*\/)*[\w~-][\w.~-]*\.(js|css))$/;
const TYPES: Record<string, string> = { css: 'text/css; charset=utf-8', js: 'application/javascript; charset=utf-8' };
/** A seventh smaller than gzip; all of the build takes a second, once. */
const QUALITY = 11;

const compress = promisify(brotliCompress);

/** StaticFiles answers true if it has taken the request. */
export type StaticFiles = (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;

/**
 * staticFiles gives out the scripts and styles of the build, compressed once with Brotli and kept in memory. Their names change
 * with what is in them, so browsers may keep them for ever. Whatever else is asked for is left to Next: other files, ranges,
 * browsers without Brotli.
 */
export function staticFiles(root: string): StaticFiles {
  const kept = new Map<string, Promise<Buffer | null>>();
  const load = (file: string): Promise<Buffer | null> => {
    const found = readFile(join(root, '.next/static', file)).then(
      (bytes) => compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
      () => null,
    );
    kept.set(file, found);
    // Only what exists is kept: the names asked for are without number.
    void found.then((bytes) => bytes === null && kept.delete(file));
    return found;
  };
  return async (req, res) => {
    const [, file, extension = ''] = PATH.exec(req.url ?? '') ?? [];
    if (file === undefined || (req.method !== 'GET' && req.method !== 'HEAD') || req.headers.range !== undefined) return false;
    if (!/\bbr\b/.test(req.headers['accept-encoding'] ?? '')) return false;
    const bytes = await (kept.get(file) ?? load(file));
    if (bytes === null) return false;
    res.writeHead(200, {
      'content-type': TYPES[extension],
      'content-encoding': 'br',
      'content-length': bytes.length,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
    });
    res.end(req.method === 'HEAD' ? undefined : bytes);
    return true;
  };
}
