import { refuseService } from '../../services/service-refusal';
import { json, type Handler } from '../hot';

/** `GET /api/v1/evidence`: the evidence files that this site publishes. */
export const getEvidenceList: Handler = async (_req, ctx) => json(200, { files: await ctx.evidence.list() });

/** `GET /api/v1/evidence/:file`: one of them, byte for byte. */
export const getEvidence: Handler = async (req, ctx) => {
  const { file = '' } = req.params;
  const bytes = await ctx.evidence.read(file);
  if (bytes === null) return refuseService('not-found', 'No evidence of that name is published here.');
  const { headers } = json(200, null);
  return { body: bytes, headers: { ...headers, 'content-disposition': `attachment; filename="${file}"` }, status: 200 };
};
