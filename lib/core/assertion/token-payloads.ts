import type { Base64, Common } from './payload-common';

/*
 * What validators log: that they take part, that they no longer do, and their tokens. A token is a C2SP cosignature (type 0x04) on a
 * sealed names checkpoint; it states that every entry up to there was replayed.
 */

/** Holding is a living tenure of a name. */
export interface Holding {
  name: string;
  tenure: number;
}

/** ValidatorPayload enrols a validator's key, or moves it to another identity. Signed by that key, then by the identity's signing key. */
export interface ValidatorPayload extends Common {
  type: 'validator';
  /** a name that the identity holds at this seal */
  holds: Holding;
  /** head of the key's chain, ZERO for the first */
  prev: Base64;
  udf: string;
  /** verifier key of type 0x04; its name is the validator's */
  vkey: string;
}

/** ValidatorRetiredPayload ends it. Signed by the key, then by the identity it is enrolled with: nobody else can. */
export interface ValidatorRetiredPayload extends Common {
  type: 'validator-retired';
  prev: Base64;
  vkey: string;
}

/** LoggedToken is one token: the 72 bytes that follow the key ID on its signature line (8 of time, 64 of signature), in base64. */
export interface LoggedToken {
  cosignature: string;
  vkey: string;
}

/** SealTokens are the new tokens on the names checkpoint of one seal, ascending by `vkey`. */
export interface SealTokens {
  root: Base64;
  seal: number;
  size: number;
  tokens: LoggedToken[];
}

/** TokensPayload logs new tokens. It has no signature of its own: each token is one. */
export interface TokensPayload extends Common {
  type: 'tokens';
  /** that the newest seal's tree begins with that of the seal before, if there are tokens on that one; else empty */
  consistency: Base64[];
  /** the registry's origin, a line of what the tokens sign */
  origin: string;
  /** one or two, ascending by seal: the newest two seals before the one that closes over this */
  seals: SealTokens[];
}
