declare const signable: unique symbol;

/**
 * Signable is the exact bytes a key may sign, of one kind. The brand has no run-time form: only the typed functions that know what
 * they build (`toSign` for DSSE payloads, `checkpointToSign`, `cosignatureToSign`) make one, so signing code cannot be handed
 * loose bytes, and a key meant for one kind can check that it gets that kind.
 */
export interface Signable<Kind extends string = string> {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  readonly [signable]: Kind;
}
