/** Base64 is 32 bytes (a hash or an Ed25519 key) in standard padded base64: 44 characters. Kept as text, compared as text. */
export type Base64 = string;

/** Common is what every payload but the genesis has. */
export interface Common {
  /** last second at which the closing seal may stand */
  notAfter: number;
  /** registry id */
  registry: Base64;
}
