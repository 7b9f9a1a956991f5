/** The few functions of sodium-native that we call; the package ships no types. */
declare module 'sodium-native' {
  const sodium: {
    /** Ed25519 verification. Throws unless `signature` has 64 bytes and `publicKey` 32. */
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
    /** Writes the RFC 8032 signature into `signature` (64 bytes); `secretKey` is seed ‖ public key. */
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
    /** Writes the key pair of an RFC 8032 seed: `publicKey` has 32 bytes, `secretKey` 64. */
    crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void;
  };
  export default sodium;
}
