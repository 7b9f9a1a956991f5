import { acceptToken } from '../../services/accept-token';
import { showValidators } from '../../services/show-validators';
import { json, type Handler } from '../hot';
import { Problem } from '../problem';

/** A note with a hundred lines is about as long. */
const MAX_TOKEN_BYTES = 32_768;

/** `POST /api/v1/tokens`: the body is a validator's signature line on the checkpoint of one of the newest two seals, or the whole note. */
export const postToken: Handler = async (req, ctx) => {
  const type = req.header('content-type')?.split(';')[0]?.trim() ?? '';
  if (type !== 'text/plain' && type !== '') throw new Problem('unsupported-media-type', 'Send the signature line, or the note, as text/plain.');
  return json(201, { tokens: await acceptToken(ctx, await req.body(MAX_TOKEN_BYTES)) });
};

/** `GET /api/v1/validators` */
export const getValidators: Handler = async (_req, ctx) => json(200, await showValidators(ctx));
