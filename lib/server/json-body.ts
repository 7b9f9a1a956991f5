import type { z } from 'zod';
import { refuse } from '../core/refusal';
import type { HotRequest } from './hot';
import { Problem } from './problem';

const JSON_TYPE = /^application\/([a-z.+-]+\+)?json\s*(;|$)/i;

/** jsonBody reads a JSON body of the shape `schema` wants. Throws Problem `unsupported-media-type`, `bad-request`, Refusal `bad-json`. */
export async function jsonBody<Schema extends z.ZodType>(req: HotRequest, schema: Schema): Promise<z.infer<Schema>> {
  checkJsonType(req);
  const bytes = await req.body();
  const result = schema.safeParse(parse(bytes));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'The body' : `\`${issue.path.join('.')}\``;
  throw new Problem('bad-request', `${place}: ${issue?.message ?? 'not as expected'}.`.replace(/\.\.$/, '.'));
}

/** checkJsonType refuses a body that says it is something else; a form on a foreign page cannot send JSON unasked. */
export function checkJsonType(req: HotRequest): void {
  const type = req.header('content-type');
  if (type !== null && !JSON_TYPE.test(type)) throw new Problem('unsupported-media-type', 'The body must be JSON: content-type application/json.');
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('bad-json', 'The body is not JSON in UTF-8.');
  }
}
