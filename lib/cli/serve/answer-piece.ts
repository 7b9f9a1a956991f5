import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseAddress } from '../../core/resolution/address';
import { resolve, type Resolution } from '../../core/resolution/resolve';
import type { Names } from '../names/open-names';
import type { Piece, PieceMaker, ServeParts } from './piece';
import { HttpRefusal, sendJson } from './problem';

/** An answer stays true until the next seal, but says its own age. */
const CACHE_SEC = 5;
const PATH = '/resolve/';

/** answerPiece answers `GET /resolve/<address>`. */
export const answerPiece: PieceMaker = {
  name: 'resolve',
  options: {},
  usage: [],
  make: ({ names, io }: ServeParts): Promise<Piece> =>
    Promise.resolve({
      handle: (req, res, url) => answerAddress(req, res, url, names, io.clock),
    }),
};

function answerAddress(req: IncomingMessage, res: ServerResponse, url: URL, names: Names, clock: () => number): boolean {
  if (!url.pathname.startsWith(PATH)) return false;
  if (req.method !== 'GET' && req.method !== 'HEAD') throw new HttpRefusal(405, 'method-not-allowed', 'An address is asked for with GET.');
  const found = resolveFrom(names, decoded(url.pathname.slice(PATH.length)), tenureOf(url.searchParams.get('remembered')), clock());
  sendJson(res, 200, 'application/json', found, { 'cache-control': `public, max-age=${CACHE_SEC}`, 'mns-age': String(found.ageSec), 'mns-seal': String(found.asOf.seal) });
  return true;
}

/** resolveFrom answers an address as it was typed from a table. @throws Refusal of resolution, HttpRefusal `no-copy`. */
export function resolveFrom(names: Pick<Names, 'table'>, input: string, remembered: number | null, nowSec: number): Resolution {
  const address = parseAddress(input);
  const table = names.table();
  if (table === null) throw new HttpRefusal(503, 'no-copy', 'There is no whole copy of the log here yet.');
  return resolve(address, table, { nowSec, remembered: () => remembered });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpRefusal(400, 'bad-address', 'The address is not encoded as an address on the web must be.');
  }
}

function tenureOf(text: string | null): number | null {
  if (text === null) return null;
  if (!/^\d{1,6}$/.test(text)) throw new HttpRefusal(400, 'bad-field', 'remembered is a tenure: a number.');
  return Number(text);
}
