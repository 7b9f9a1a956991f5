import type { ToSign } from '../core/keys/dsse';
import type { Signable } from '../core/keys/signable';

/** Signer holds one private key and signs one kind of thing with it. */
export interface Signer<What extends Signable> {
  readonly publicKey: Uint8Array;
  sign(what: What): Uint8Array;
}

/** RegistryKeys are the keys a registry's own process holds. */
export interface RegistryKeys {
  /** policy keys, in the order in which genesis lists them; they sign genesis and policies */
  policy: readonly Signer<ToSign>[];
  /** arbiters' public keys: nothing that runs here signs with them */
  arbiters: readonly Uint8Array[];
  /** countersigns registrations and signs receipts */
  registrar: Signer<ToSign>;
  /** the logs' keys sign checkpoints and nothing else */
  names: Signer<Signable>;
  proofs: Signer<Signable>;
}
