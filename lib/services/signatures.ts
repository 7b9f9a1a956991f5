import type { SignatureCheck } from '../core/assertion/identity';

/** VerifyMany checks signatures by the one rule (DESIGN §3.2) and answers for each; the server puts a fast one in. */
export type VerifyMany = (checks: readonly SignatureCheck[]) => readonly boolean[] | Promise<readonly boolean[]>;
