import { toHex } from '../core/bytes/hex';
import type { Envelope } from '../core/keys/dsse';
import type { ServiceContext } from './context';
import { refuseService } from './service-refusal';

/** SubmittedAssertion is the answer of `POST /api/v1/assertions`. */
export interface SubmittedAssertion {
  /** payload hash, hex */
  id: string;
  bySeal: number;
  receipt: Envelope;
}

/** submitAssertion accepts an assertion, durably, and gives the registrar's signed promise. Throws Refusal, ServiceRefusal. */
export async function submitAssertion(ctx: ServiceContext, bytes: Uint8Array): Promise<SubmittedAssertion> {
  const { hash, bySeal, receipt } = await ctx.submit(bytes);
  return { id: toHex(hash), bySeal, receipt };
}

/** ShownAssertion is the answer of `GET /api/v1/assertions/{id}`. */
export interface ShownAssertion {
  id: string;
  state: 'accepted' | 'sealed' | 'refused';
  bySeal: number | null;
  seal: number | null;
  proofIndex: number | null;
  nameIndex: number | null;
  problem: { code: string; detail: string } | null;
}

/** showAssertion tells what became of an assertion; `hash` is its payload's. Throws ServiceRefusal `not-found`. */
export async function showAssertion(ctx: ServiceContext, hash: Uint8Array): Promise<ShownAssertion> {
  const id = toHex(hash);
  const status = await ctx.assertionStatus(hash);
  const none = { id, bySeal: null, seal: null, proofIndex: null, nameIndex: null, problem: null };
  switch (status.state) {
    case 'unknown':
      return refuseService('not-found', 'No assertion with this id was accepted here.');
    case 'accepted':
      return { ...none, state: 'accepted', bySeal: status.bySeal };
    case 'sealed':
      return { ...none, state: 'sealed', bySeal: status.bySeal, seal: status.seal, proofIndex: status.proofIndex, nameIndex: status.nameIndex };
    case 'refused':
      break;
  }
  return { ...none, state: 'refused', problem: { code: status.code, detail: status.detail } };
}
