import { fromHex } from '../../core/bytes/hex';
import { nameFromInput } from '../../core/assertion/display';
import { MAX_POLICY_BYTES, MAX_TENURE } from '../../core/registry/limits';
import { refuse } from '../../core/refusal';
import { isLoggedUdf, parseUdf } from '../../core/keys/udf';
import type { StateProof } from '../../core/validation/state-proof';
import type { AppContext } from '../../services/app-context';
import { withTokens } from '../../services/cosigned-proof';
import { siteUrl } from '../../services/site-url';
import { refuseService } from '../../services/service-refusal';
import { showAssertion, submitAssertion } from '../../services/submit-assertion';
import { showEntry } from '../../services/show-entry';
import { showLog } from '../../services/show-log';
import { showIdentity, showName } from '../../services/show-name';
import { showRegistry, showWellKnown } from '../../services/show-registry';
import { json, type Handler, type HotRequest } from '../hot';
import { checkJsonType } from '../json-body';
import { Problem } from '../problem';

const SHORT = { 'cache-control': 'public, max-age=60' };

/** `GET /.well-known/mns.json` */
export const wellKnown: Handler = async (_req, ctx) => json(200, await showWellKnown(ctx, siteUrl(ctx.registry.origin)), SHORT);

/** `GET /api/v1/registry` */
export const getRegistry: Handler = async (_req, ctx) => json(200, await showRegistry(ctx));

/** `GET /api/v1/log` */
export const getLog: Handler = async (_req, ctx) => json(200, await showLog(ctx));

/** `GET /api/v1/entries/:log/:index`. `?from=<size>` tells the newest size of that log the asker has seen: never shown an older checkpoint. */
export const getEntry: Handler = async (req, ctx) => {
  const { log, index = '' } = req.params;
  if ((log !== 'names' && log !== 'proofs') || !/^(0|[1-9][0-9]{0,15})$/.test(index)) return refuseService('not-found', 'An entry is asked for as names/<index> or proofs/<index>.');
  const entry = await showEntry(ctx, { log, index: Number(index), fromSize: fromSize(req) });
  return entry === null ? refuseService('not-found', `The ${log} log has no sealed entry ${index}.`) : json(200, entry);
};

/** `GET /api/v1/names/:name`: `alice`, `@Alice`, or one tenure, `alice.0`. `?from=<size>` adds consistency with an older checkpoint, `?tokens=1` waits for the tokens of validators and adds them. */
export const getName: Handler = async (req, ctx) => {
  const input = req.params['name'] ?? '';
  const pinned = /^(.*)\.(0|[1-9][0-9]{0,5})$/s.exec(input);
  const tenure = pinned === null ? null : Number(pinned[2]);
  if (tenure !== null && tenure > MAX_TENURE) refuse('bad-field', `A tenure is at most ${MAX_TENURE}.`);
  const { name } = nameFromInput(pinned?.[1] ?? input);
  return json(200, await proved(req, ctx, () => showName(ctx, { name, tenure, fromSize: fromSize(req) })));
};

/** `GET /api/v1/identities/:udf`: the logged UDF of 52 characters; a short form would not say which identity is meant. */
export const getIdentity: Handler = async (req, ctx) => {
  const { chars } = parseUdf(req.params['udf'] ?? '');
  if (!isLoggedUdf(chars)) return refuse('udf-too-short', 'Ask by all 52 characters of the UDF: a short form does not say which identity is meant.');
  return json(200, await proved(req, ctx, () => showIdentity(ctx, { udf: chars, fromSize: fromSize(req) })));
};

/** `POST /api/v1/assertions`: the body is the envelope in its canonical bytes. */
export const postAssertion: Handler = async (req, ctx) => {
  checkJsonType(req);
  return json(202, await submitAssertion(ctx, await req.body(MAX_POLICY_BYTES)));
};

/** `GET /api/v1/assertions/:id`: id is the payload hash in hex. */
export const getAssertion: Handler = async (req, ctx) => {
  const { id = '' } = req.params;
  if (!/^[0-9a-f]{64}$/.test(id)) return refuseService('not-found', 'An assertion is asked for by its payload hash: 64 lower-case hex digits.');
  return json(200, await showAssertion(ctx, fromHex(id)));
};

/** proved makes a proof, with tokens if the request asks for them. */
function proved(req: HotRequest, ctx: AppContext, prove: () => Promise<StateProof>): Promise<StateProof> {
  const tokens = req.query.get('tokens');
  if (tokens !== null && tokens !== '1') throw new Problem('bad-request', '`tokens` is 1 or left out.');
  return tokens === null ? prove() : withTokens(ctx, prove);
}

function fromSize(req: HotRequest): number | null {
  const from = req.query.get('from');
  if (from === null) return null;
  if (!/^[1-9][0-9]{0,15}$/.test(from) || !Number.isSafeInteger(Number(from))) throw new Problem('bad-request', '`from` must be the size of an older checkpoint.');
  return Number(from);
}
