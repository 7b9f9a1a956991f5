/**
 * Every limit of the wire format, as a named constant. A limit is part of the format: validators that disagree on one
 * would split, so a change here is a change of `policy.wire`. SPEC.md §3 repeats this table.
 */

/** MAX_ASSERTION_BYTES bounds an assertion's whole envelope, except for policies and genesis. */
export const MAX_ASSERTION_BYTES = 4_096;
/** MAX_POLICY_BYTES bounds the envelope of `genesis`, `policy` and `reassign`. */
export const MAX_POLICY_BYTES = 16_384;
/** MAX_TOKENS_BYTES bounds the envelope of `tokens`: that of an entry. */
export const MAX_TOKENS_BYTES = 65_535;
/** MAX_CERTIFICATE_BYTES bounds an identity certificate's envelope. */
export const MAX_CERTIFICATE_BYTES = 2_048;
/** MAX_RECEIPT_BYTES bounds a receipt's envelope. */
export const MAX_RECEIPT_BYTES = 1_024;

/** MAX_MESSAGE_BYTES bounds a message's envelope, MAX_MESSAGE_TEXT_BYTES what it says, in UTF-8. Neither is ever logged. */
export const MAX_MESSAGE_BYTES = 65_536;
export const MAX_MESSAGE_TEXT_BYTES = 32_000;
/** MAX_SIGNIN_BYTES bounds the envelope of a sign-in. */
export const MAX_SIGNIN_BYTES = 2_048;

/** MAX_NAME_INPUT_BYTES bounds, in UTF-8, what the canonical form is computed of. */
export const MAX_NAME_INPUT_BYTES = 1_024;
/** MAX_NAME_LENGTH bounds a canonical name, in characters, which are bytes: a DNS label. */
export const MAX_NAME_LENGTH = 63;
/** MAX_DISPLAY_BYTES bounds the display form, in UTF-8. */
export const MAX_DISPLAY_BYTES = 128;
/** MAX_HOST_LENGTH bounds a DNS host name in `service`. */
export const MAX_HOST_LENGTH = 253;
/** MAX_LABEL_LENGTH bounds one label of a DNS host name. */
export const MAX_LABEL_LENGTH = 63;
/** MAX_DNS_ADDRESSES bounds the list `dns`. */
export const MAX_DNS_ADDRESSES = 8;
/** MAX_TENURE bounds tenure numbers, so that `name.tenure` stays short. */
export const MAX_TENURE = 999_999;

/** MAX_SERVICE_CHAIN bounds how many delegations (`service` of the form `name.tenure`) are followed from one name. */
export const MAX_SERVICE_CHAIN = 4;
/** MAX_ADDRESS_LENGTH bounds what is read as an address, in UTF-16 units: a name as typed, a device, a UDF. */
export const MAX_ADDRESS_LENGTH = 1_600;

/** MAX_CASE_LENGTH bounds a case number, in characters, which are bytes. */
export const MAX_CASE_LENGTH = 32;
/** LOCK_PRICE_CENTS: a registration that costs as much or more can't be transferred for `reversalSec`, unless its payment is settled. */
export const LOCK_PRICE_CENTS = 10_000;
/** MAX_GIVEN is how many transfers signed by its signing key may be pending at once for one identity: what one rotation may have to void. */
export const MAX_GIVEN = 100;

/** MAX_REASON_BYTES bounds the reason given with `reserve` and `release`, in UTF-8. */
export const MAX_REASON_BYTES = 200;
/** MAX_MARK_OWNER_BYTES bounds a recorded mark's owner, in UTF-8. */
export const MAX_MARK_OWNER_BYTES = 200;
/** MAX_MARK_FIELD_BYTES bounds a recorded mark's office and number, in UTF-8. */
export const MAX_MARK_FIELD_BYTES = 64;
/** MAX_MARK_CLASS is the highest class of the Nice classification; a mark lists at most that many. */
export const MAX_MARK_CLASS = 45;

/** MAX_QUOTABLE_SCHEDULES bounds how many ended price schedules may still be quoted. */
export const MAX_QUOTABLE_SCHEDULES = 16;
/** PRICE_STEPS is how many prices a schedule has: 1, 2 … 7 letters, then 8 and more. */
export const PRICE_STEPS = 8;
/** MAX_PRICE_CENTS bounds a price: a thousand million dollars. */
export const MAX_PRICE_CENTS = 100_000_000_000;
/** MAX_INCLUDED_CHANGES bounds how many changes a schedule may include. */
export const MAX_INCLUDED_CHANGES = 10_000;
/** ROOT_CHANGES is how many root-signed updates a tenure has besides. */
export const ROOT_CHANGES = 10;
/** INCLUDED_ROTATIONS is how many certificates an identity may log after its first, and how many more with each top-up. */
export const INCLUDED_ROTATIONS = 50;

/** MAX_ROLE_KEYS bounds the policy keys and the arbiters, each. */
export const MAX_ROLE_KEYS = 15;
/** MAX_REGISTRAR_KEYS bounds the registrar's keys. */
export const MAX_REGISTRAR_KEYS = 4;
/** MAX_LOG_KEYS is two: the one in use and, while it changes, its successor. */
export const MAX_LOG_KEYS = 2;
/** MAX_PERIOD_SEC bounds the time from seal to seal. */
export const MAX_PERIOD_SEC = 3_600;
/** MAX_DELAY_SEC bounds every delay and floor: ten years. */
export const MAX_DELAY_SEC = 315_360_000;
/** MAX_ORIGIN_LENGTH bounds an origin, a host and perhaps a port, so that `<origin>/tlog/proofs` fits a key name of 255 bytes. */
export const MAX_ORIGIN_LENGTH = 240;
/** MAX_VKEY_LENGTH bounds a verifier key's text. */
export const MAX_VKEY_LENGTH = 512;

/** MAX_VALIDATOR_NAME_LENGTH bounds a validator's name, in characters, which are bytes. */
export const MAX_VALIDATOR_NAME_LENGTH = 100;
/** MAX_TOKENS bounds the tokens of one assertion, so that it fits an entry. */
export const MAX_TOKENS = 100;
/** TOKEN_AHEAD_SEC is how far a token's time may lie ahead of the seal it is logged in. */
export const TOKEN_AHEAD_SEC = 120;
/** TOKEN_TURN_SEALS: with more validators than one assertion holds, each is logged at least once in so many seals. */
export const TOKEN_TURN_SEALS = 60;
/** MAX_TREE_HEIGHT bounds the hashes of an inclusion or consistency proof. */
export const MAX_TREE_HEIGHT = 64;

/** MAX_TIME_SEC is the last second of the year 9999. */
export const MAX_TIME_SEC = 253_402_300_799;
/** MAX_COUNTER bounds every other count, number and index: the largest safe integer. */
export const MAX_COUNTER = Number.MAX_SAFE_INTEGER;
/** WIRE is the version of the wire format that this program speaks. */
export const WIRE = 1;
