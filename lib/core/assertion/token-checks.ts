import { fromBase64 } from '../bytes/base64';
import { formatCheckpointBody } from '../checkpoint/checkpoint';
import { cosignatureMessage, parseCosignature } from '../note/cosignature';
import { parseVkey } from '../note/vkey';
import { logOrigin } from '../registry/policy';
import type { SignatureCheck } from './identity';
import type { SealTokens, TokensPayload } from './token-payloads';

/** sealedText is the checkpoint text that the tokens of a seal sign; `origin` is the registry's. */
export function sealedText(origin: string, { root, size }: Pick<SealTokens, 'root' | 'size'>): string {
  return formatCheckpointBody({ origin: logOrigin(origin, 'names'), root: fromBase64(root, 32), size });
}

/** tokenChecks lists the signatures of a `tokens` assertion: each token is one, by its own key. */
export function tokenChecks({ origin, seals }: TokensPayload): SignatureCheck[] {
  return seals.flatMap((seal) => {
    const text = sealedText(origin, seal);
    return seal.tokens.map(({ cosignature, vkey }) => {
      const { signature, timeSec } = parseCosignature(fromBase64(cosignature));
      return { message: cosignatureMessage(timeSec, text), publicKey: parseVkey(vkey).publicKey, signature };
    });
  });
}
