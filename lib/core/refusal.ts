/**
 * RefusalCode is the closed list of everything the core may refuse. A code is stable: it stands in `problem+json`
 * answers, in refused-assertion records and in SPEC.md.
 */
export type RefusalCode =
  // bytes and encodings
  | 'bad-utf8'
  | 'bad-base64'
  | 'bad-base32'
  | 'bad-hex'
  | 'bad-json'
  | 'not-canonical'
  | 'too-large'
  | 'too-deep'
  | 'missing-field'
  | 'unknown-field'
  | 'bad-field'
  // keys and signatures
  | 'bad-key'
  | 'bad-signature'
  | 'wrong-signers'
  | 'bad-envelope'
  | 'bad-payload-type'
  | 'bad-udf'
  | 'udf-too-short'
  // notes, checkpoints, tiles, proofs
  | 'bad-vkey'
  | 'bad-note'
  | 'bad-cosignature'
  | 'bad-checkpoint'
  | 'untrusted-note'
  | 'bad-tile-path'
  | 'bad-tile'
  | 'bad-bundle'
  | 'bad-inclusion'
  | 'bad-consistency'
  | 'bad-map-proof'
  | 'bad-proof-file'
  | 'bad-snapshot'
  // names
  | 'name-empty'
  | 'name-character'
  | 'name-hyphen'
  | 'name-too-long'
  | 'name-all-digits'
  | 'name-not-canonical'
  | 'bad-display'
  | 'bad-service'
  | 'bad-dns'
  // assertions against state
  | 'unknown-type'
  | 'other-registry'
  | 'expired'
  | 'unknown-name'
  | 'unknown-identity'
  | 'unknown-policy'
  | 'name-taken'
  | 'name-reserved'
  | 'stale-prev'
  | 'stale-of'
  | 'wrong-tenure'
  | 'wrong-price'
  | 'unknown-schedule'
  | 'wrong-certificate'
  | 'wrong-number'
  | 'no-changes-left'
  | 'nothing-changes'
  | 'chain-busy'
  | 'transfer-barred'
  | 'already-pending'
  | 'too-many-pending'
  | 'wrong-case'
  | 'not-reversible'
  | 'already-genesis'
  | 'bad-policy'
  | 'below-floor'
  | 'wire-unsupported'
  // validators and their tokens
  | 'unknown-validator'
  | 'unknown-checkpoint'
  | 'token-repeated'
  | 'time-goes-back'
  // resolution
  | 'bad-address'
  | 'elsewhere'
  | 'not-holder'
  | 'ambiguous-udf'
  | 'service-chain'
  // replay and light clients
  | 'replay-mismatch'
  | 'wrong-registry'
  | 'registry-continued'
  | 'stale-proof'
  | 'rolled-back'
  | 'forked-log'
  | 'wrong-seal'
  | 'wrong-map'
  | 'wrong-time'
  | 'bad-token-policy'
  | 'too-few-tokens'
  | 'bad-evidence'
  | 'no-evidence';

/** Refusal is an expected "no" with a stable code. `detail` is one plain sentence that may be shown to a person; it never holds a secret. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly detail: string;

  constructor(code: RefusalCode, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'Refusal';
    this.code = code;
    this.detail = detail;
  }
}

/** refuse throws a Refusal; it is a function so that it can stand in an expression. */
export function refuse(code: RefusalCode, detail: string): never {
  throw new Refusal(code, detail);
}

/** InvariantError marks what can only be a bug in this program, never bad input. */
export class InvariantError extends Error {
  constructor(message: string) {
    super(`invariant broken: ${message}`);
    this.name = 'InvariantError';
  }
}

/** invariant throws an InvariantError unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
