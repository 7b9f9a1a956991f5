import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { isHost } from '../../core/assertion/service';
import { isLoggedUdf } from '../../core/keys/udf';
import { readIdentity, type StateReader } from '../../core/registry/state';
import { resolve } from '../../core/resolution/resolve';
import { MAX_MESSAGE_BYTES } from '../../core/registry/limits';
import { StateIndex } from '../../copy/state-index';
import { textsOption, UsageError } from '../command';
import { clientAddress } from '../serve/client-address';
import type { Piece, PieceMaker, ServeParts } from '../serve/piece';
import { HttpRefusal, sendJson } from '../serve/problem';
import { type Known, MailDrop } from './mail-drop';
import { MailStore } from './mail-store';
import { Pace } from './pace';

const PREFIX = '/mns/mail';
const MAX_BODY_BYTES = MAX_MESSAGE_BYTES + 4_096;
const REQUESTS_PER_ADDRESS = 240;
const WINDOW_SEC = 60;
const FOR_NOBODY = { 'cache-control': 'no-store' };

/** mailPiece takes and hands out messages (SPEC §18), and tells an identity's keys by the copy. Without `--mail-host` it takes none. */
export const mailPiece: PieceMaker = {
  make: (parts) => Promise.resolve(makePiece(parts)),
  name: 'mail',
  options: { 'mail-host': { multiple: true, type: 'string' } },
  usage: ['--mail-host HOST      take messages for names whose service is HOST; may be given several times'],
};

function makePiece(parts: ServeParts): Piece {
  const { args, dir, io } = parts;
  const hosts = textsOption(args, 'mail-host').map((host) => host.toLowerCase());
  for (const host of hosts) if (!isHost(host)) throw new UsageError(`--mail-host ${host} is no DNS host`);
  const known = knownFrom(parts);
  const drop = new MailDrop({ hosts, known, random: (count) => io.random(count), store: new MailStore(join(dir, 'mail')) });
  const pace = new Pace(REQUESTS_PER_ADDRESS, WINDOW_SEC);
  return {
    handle: async (req, res, url) => {
      if (url.pathname !== PREFIX && !url.pathname.startsWith(`${PREFIX}/`)) return false;
      const waitSec = pace.take(clientAddress(req) ?? '', io.clock());
      if (waitSec > 0) throw new HttpRefusal(429, 'too-many', `Too many requests from this address; try again in ${waitSec} s.`);
      await answer({ drop, io, known }, req, res, url.pathname.slice(PREFIX.length));
      return true;
    },
    lines: hosts.length === 0 ? [] : [`messages for ${hosts.join(', ')}`],
  };
}

async function answer({ drop, io, known }: { drop: MailDrop; io: ServeParts['io']; known: () => KnownCopy }, req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  if (path.startsWith('/identity/')) {
    needMethod(req, 'GET');
    const udf = path.slice('/identity/'.length);
    const copy = known();
    const keys = isLoggedUdf(udf) ? copy.keysOf(udf) : null;
    if (keys === null) throw new HttpRefusal(404, 'unknown-identity', 'That identity is not in the log, as far as this copy of it goes.');
    sendJson(res, 200, 'application/json', { encrypt: keys.encrypt, key: keys.key, number: keys.number, ...copy.asOf, udf }, FOR_NOBODY);
    return;
  }
  needMethod(req, 'POST');
  const body = await readBody(req);
  if (path === '') {
    const kept = drop.accept(body, io.clock());
    sendJson(res, kept === 'kept' ? 202 : 200, 'application/json', { accepted: true }, FOR_NOBODY);
  } else if (path === '/challenge') sendJson(res, 200, 'application/json', drop.challenge(io.clock()), FOR_NOBODY);
  else if (path === '/inbox') sendJson(res, 200, 'application/json', drop.inbox(body, io.clock()), FOR_NOBODY);
  else throw new HttpRefusal(404, 'no-such-address', 'Nothing is served at this address.');
}

interface KnownCopy extends Known {
  readonly asOf: { seal: number; timeSec: number };
}

/** knownFrom looks at the copy as it is at each request; the index of identities is made with the first. */
function knownFrom({ copy, io, names }: ServeParts): () => KnownCopy {
  let index: StateIndex | null = null;
  let state: StateReader | null = null;
  return () => {
    const table = names.table();
    if (table === null) throw new HttpRefusal(503, 'no-copy', 'There is no whole copy of the log here yet.');
    index ??= StateIndex.open(copy);
    index.catchUp();
    const reader = (state ??= index.stateReader());
    const { seal, timeSec } = table.asOf();
    return {
      asOf: { seal, timeSec },
      find: (name, tenure) => resolve({ device: null, kind: 'name', name, tenure, udf: null }, table, { nowSec: io.clock() }),
      keysOf: (udf) => readIdentity(reader, udf)?.entry ?? null,
      registry: copy.needHead().registry,
    };
  };
}

function needMethod(req: IncomingMessage, method: string): void {
  if (req.method !== method) throw new HttpRefusal(405, 'method-not-allowed', `Ask with ${method}.`);
}

async function readBody(req: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of req as AsyncIterable<Uint8Array>) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new HttpRefusal(413, 'too-large', `A request has at most ${MAX_BODY_BYTES} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
