import { toBase64 } from '../bytes/base64';
import type { Json } from '../bytes/canonical-json';
import { array, bytes, hash, integer, object, string } from '../bytes/fields';
import { COSIGNATURE_BYTES, parseCosignature } from '../note/cosignature';
import { COSIGNATURE, parseVkey, type Vkey } from '../note/vkey';
import { isLoggedUdf } from '../keys/udf';
import { refuse } from '../refusal';
import * as limits from '../registry/limits';
import { parseName } from './name';
import type { LoggedToken, SealTokens, TokensPayload, ValidatorPayload, ValidatorRetiredPayload } from './token-payloads';

/*
 * Strict readers of what validators log. `common` is what every payload has, read by the caller.
 */

interface Common {
  notAfter: number;
  registry: string;
}

type ReadCommon = (fields: { notAfter: Json; registry: Json }) => Common;

const NAME = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?(?:\/[a-z0-9._~-]+)*$/;

/**
 * parseValidatorKey reads a validator's verifier key: type 0x04, named like an address without its scheme (`provider.example`,
 * `host.example:8080/mns`), in lower case, at most 100 characters. @throws Refusal `bad-vkey`.
 */
export function parseValidatorKey(text: string): Vkey {
  const vkey = parseVkey(text);
  if (vkey.type !== COSIGNATURE) refuse('bad-vkey', 'A validator signs with a cosignature key, type 4.');
  if (vkey.name.length > limits.MAX_VALIDATOR_NAME_LENGTH || !NAME.test(vkey.name)) {
    refuse('bad-vkey', `A validator is named like an address without its scheme, in at most ${limits.MAX_VALIDATOR_NAME_LENGTH} lower-case characters.`);
  }
  return vkey;
}

/** readValidatorKey is `parseValidatorKey` for a JSON field, kept as text. */
export function readValidatorKey(value: Json, path: string): string {
  const text = string(value, path, limits.MAX_VKEY_LENGTH);
  parseValidatorKey(text);
  return text;
}

export function readValidator(value: Json, readCommon: ReadCommon): ValidatorPayload {
  const fields = object(value, ['holds', 'notAfter', 'prev', 'registry', 'type', 'udf', 'vkey'], 'payload');
  const holds = object(fields.holds, ['name', 'tenure'], 'payload.holds');
  const udf = string(fields.udf, 'payload.udf', 52);
  if (!isLoggedUdf(udf)) refuse('bad-udf', 'A UDF in an assertion has 52 upper-case characters.');
  return {
    type: 'validator',
    ...readCommon(fields),
    holds: { name: parseName(string(holds.name, 'payload.holds.name', limits.MAX_NAME_LENGTH)), tenure: integer(holds.tenure, 'payload.holds.tenure', 0, limits.MAX_TENURE) },
    prev: hash(fields.prev, 'payload.prev'),
    udf,
    vkey: readValidatorKey(fields.vkey, 'payload.vkey'),
  };
}

export function readValidatorRetired(value: Json, readCommon: ReadCommon): ValidatorRetiredPayload {
  const fields = object(value, ['notAfter', 'prev', 'registry', 'type', 'vkey'], 'payload');
  return { type: 'validator-retired', ...readCommon(fields), prev: hash(fields.prev, 'payload.prev'), vkey: readValidatorKey(fields.vkey, 'payload.vkey') };
}

export function readTokens(value: Json, readCommon: ReadCommon, readOrigin: (value: Json) => string): TokensPayload {
  const fields = object(value, ['consistency', 'notAfter', 'origin', 'registry', 'seals', 'type'], 'payload');
  const seals = array(fields.seals, 'payload.seals', 2).map(readSealTokens);
  const [first, second] = seals;
  if (first === undefined) return refuse('bad-field', 'payload.seals must not be empty.');
  if (second !== undefined && second.seal !== first.seal + 1) refuse('bad-field', 'payload.seals must be two seals in a row.');
  const count = first.tokens.length + (second?.tokens.length ?? 0);
  if (count > limits.MAX_TOKENS) refuse('bad-field', `An assertion holds at most ${limits.MAX_TOKENS} tokens.`);
  return {
    type: 'tokens',
    ...readCommon(fields),
    consistency: array(fields.consistency, 'payload.consistency', limits.MAX_TREE_HEIGHT).map((item, i) => hash(item, `payload.consistency[${i}]`)),
    origin: readOrigin(fields.origin),
    seals,
  };
}

function readSealTokens(value: Json, at: number): SealTokens {
  const path = `payload.seals[${at}]`;
  const fields = object(value, ['root', 'seal', 'size', 'tokens'], path);
  const tokens = array(fields.tokens, `${path}.tokens`, limits.MAX_TOKENS).map((item, i) => readToken(item, `${path}.tokens[${i}]`));
  if (tokens.length === 0) refuse('bad-field', `${path}.tokens must not be empty.`);
  if (tokens.some(({ vkey }, i) => i > 0 && vkey <= (tokens[i - 1]?.vkey ?? ''))) refuse('bad-field', `${path}.tokens must ascend by their keys.`);
  const keys = new Set(tokens.map(({ vkey }) => toBase64(parseVkey(vkey).publicKey)));
  if (keys.size !== tokens.length) refuse('token-repeated', `${path}.tokens has two tokens by one key.`);
  return {
    root: hash(fields.root, `${path}.root`),
    seal: integer(fields.seal, `${path}.seal`, 0, limits.MAX_COUNTER),
    size: integer(fields.size, `${path}.size`, 1, limits.MAX_COUNTER),
    tokens,
  };
}

function readToken(value: Json, path: string): LoggedToken {
  const fields = object(value, ['cosignature', 'vkey'], path);
  // Also refuses a time that is no safe integer.
  parseCosignature(bytes(fields.cosignature, `${path}.cosignature`, COSIGNATURE_BYTES));
  return { cosignature: fields.cosignature as string, vkey: readValidatorKey(fields.vkey, `${path}.vkey`) };
}
