import { toBase64 } from '../bytes/base64';
import { invariant, refuse } from '../refusal';
import { policyInForce, readValidator, recordOf } from '../registry/lookup';
import { type IdentityEntry, readIdentity, readPolicy, type StateReader } from '../registry/state';
import type { ValidatorEntry } from '../registry/token-entries';
import type { IdentityCertificate } from './identity';
import type { ParsedAssertion } from './parse';
import { parseValidatorKey } from './parse-tokens';
import { isRootTransfer } from './name-payloads';
import { type Base64, isRootUpdate, type Payload, type RoleKeys } from './payloads';

/** keyidsOf lists who signed, in order. */
export function keyidsOf(parsed: ParsedAssertion): Base64[] {
  return parsed.envelope.signatures.map((signature) => signature.keyid);
}

/**
 * checkSigners says whether an assertion is for this registry and signed by exactly those who must sign, in their order, judged by the
 * state as it is now (SPEC §7). It compares key ids only; that each signature is valid is checked apart, once, without a state.
 * @throws Refusal `already-genesis`, `unknown-policy`, `other-registry`, `wrong-signers`, `unknown-name`, `wrong-tenure`, `unknown-identity`, `wrong-certificate`.
 */
export function checkSigners(parsed: ParsedAssertion, state: StateReader): void {
  const { certificate, payload } = parsed;
  const keyids = keyidsOf(parsed);
  checkRegistry(payload, state);
  switch (payload.type) {
    case 'genesis':
      return checkRole(payload.policy.policy, keyids, 'policy keys');
    case 'policy':
    case 'reserve':
    case 'mark':
    case 'release':
      return checkRole(policyInForce(state).policy.policy, keyids, 'policy keys');
    case 'register': {
      invariant(certificate !== null, 'a parsed registration has its certificate');
      const [holder, registrar] = keyids;
      if (keyids.length !== 2 || holder !== certificate.key) refuse('wrong-signers', 'A registration is signed by the holder’s signing key, then by the registrar.');
      if (registrar === undefined || !policyInForce(state).policy.registrar.includes(registrar)) {
        refuse('wrong-signers', 'The second signature of a registration must be by a registrar key in force.');
      }
      return checkLogged(certificate, payload.registry, state);
    }
    case 'update': {
      const holder = holderOf(payload, state);
      const isRoot = isRootUpdate(payload);
      if (keyids.length !== 1 || keyids[0] !== (isRoot ? holder.root : holder.key)) {
        refuse('wrong-signers', `This update must be signed by the holder’s ${isRoot ? 'root' : 'current signing'} key and nobody else.`);
      }
      return;
    }
    case 'rotate': {
      invariant(certificate !== null, 'a parsed rotation has its certificate');
      const identity = readIdentity(state, payload.udf);
      if (identity === null) return refuse('unknown-identity', 'This identity is not in the log.');
      if (certificate.udf !== payload.udf || certificate.root !== identity.entry.root) refuse('wrong-certificate', 'The new certificate is for another identity.');
      if (keyids.length !== 2 || keyids[0] !== certificate.root || keyids[1] !== certificate.key) {
        refuse('wrong-signers', 'A rotation is signed by the root key, then by the new signing key.');
      }
      return;
    }
    case 'transfer': {
      invariant(certificate !== null, 'a parsed transfer has its certificate');
      checkRecipient(payload.udf, certificate);
      const isRoot = isRootTransfer(payload);
      const holder = holderOf(payload, state);
      const [giver, recipient] = keyids;
      if (keyids.length !== 2 || giver !== (isRoot ? holder.root : holder.key) || recipient !== certificate.key) {
        refuse('wrong-signers', `This transfer must be signed by the holder’s ${isRoot ? 'root' : 'current signing'} key, then by the recipient’s signing key.`);
      }
      return checkLogged(certificate, payload.registry, state);
    }
    case 'cancel': {
      const holder = holderOf(payload, state);
      if (keyids.length !== 1 || (keyids[0] !== holder.key && keyids[0] !== holder.root)) refuse('wrong-signers', 'Only the holder can cancel a transfer, by the current signing key or the root key.');
      return;
    }
    case 'topup':
    case 'payment-reversed':
    case 'payment-settled':
      if (keyids.length !== 1 || !policyInForce(state).policy.registrar.includes(keyids[0] ?? '')) refuse('wrong-signers', 'This must be signed by a registrar key in force and nobody else.');
      return;
    case 'dispute':
      return checkRole(policyInForce(state).policy.arbiters, keyids, 'arbiters');
    case 'dispute-closed':
      return checkRole(closersOf(payload, state), keyids, 'arbiters');
    case 'reassign': {
      invariant(certificate !== null, 'a parsed reassignment has its certificate');
      checkRecipient(payload.udf, certificate);
      checkRole(policyInForce(state).policy.arbiters, keyids.slice(0, -1), 'arbiters');
      if (keyids.at(-1) !== certificate.key) refuse('wrong-signers', 'A reassignment is signed by the arbiters, then by the new holder’s signing key.');
      return checkLogged(certificate, payload.registry, state);
    }
    case 'validator':
      return checkValidatorSigners(payload.vkey, payload.udf, keyids, state);
    case 'validator-retired':
      return checkValidatorSigners(payload.vkey, enrolled(payload.vkey, state).udf, keyids, state);
    case 'tokens': {
      if (keyids.length > 0) refuse('wrong-signers', 'Tokens are signatures themselves; nobody signs around them.');
      if (payload.origin !== policyInForce(state).origin) refuse('other-registry', 'The tokens are for another registry’s log.');
      for (const { vkey } of payload.seals.flatMap((seal) => seal.tokens)) enrolled(vkey, state);
      return;
    }
  }
}

/** holderOf is the identity that holds the tenure a payload is about. @throws Refusal `unknown-name`, `wrong-tenure`. */
function holderOf({ name, tenure }: { name: string; tenure: number }, state: StateReader): IdentityEntry {
  const holder = readIdentity(state, recordOf(state, name, tenure).entry.udf);
  invariant(holder !== null, 'every holder has an identity entry');
  return holder.entry;
}

/** closersOf are the arbiters who can end a case: those in force, or, once a reassignment is pending, those under whom it was logged. */
function closersOf({ name, tenure }: { name: string; tenure: number }, state: StateReader): RoleKeys {
  const [pending] = recordOf(state, name, tenure).entry.pending;
  return pending?.kind === 'reassign' ? pending.arbiters : policyInForce(state).policy.arbiters;
}

/** checkRecipient: the certificate is that of the identity named. */
function checkRecipient(udf: string, certificate: IdentityCertificate): void {
  if (certificate.udf !== udf) refuse('wrong-certificate', 'The certificate is not that of the identity named.');
}

/** enrolled is the entry of a validator that takes part. @throws Refusal `unknown-validator`. */
function enrolled(vkey: string, state: StateReader): ValidatorEntry {
  const known = readValidator(state, vkey);
  return known?.entry.status === 'enrolled' ? known.entry : refuse('unknown-validator', `${parseValidatorKey(vkey).name} is no enrolled validator with this key.`);
}

function checkValidatorSigners(vkey: string, udf: string, keyids: readonly Base64[], state: StateReader): void {
  const identity = readIdentity(state, udf);
  if (identity === null) return refuse('unknown-identity', 'This identity is not in the log.');
  if (keyids.length !== 2 || keyids[0] !== toBase64(parseValidatorKey(vkey).publicKey) || keyids[1] !== identity.entry.key) {
    refuse('wrong-signers', 'This is signed by the validator’s key, then by the identity’s current signing key.');
  }
}

function checkRegistry(payload: Payload, state: StateReader): void {
  const policy = readPolicy(state);
  if (payload.type === 'genesis') {
    if (policy !== null && payload.continues === null) refuse('already-genesis', 'The registry has a genesis already.');
    return;
  }
  if (policy === null) refuse('unknown-policy', 'The registry has no genesis yet.');
  if (payload.registry !== policy.entry.registry) refuse('other-registry', 'The assertion was made for another registry.');
}

/**
 * checkLogged: a certificate inside another assertion is the logged one, byte for byte, or number 0 of an unseen identity. Only what is
 * logged may have been made for a registry that this one goes on from.
 */
function checkLogged(certificate: IdentityCertificate, registry: Base64, state: StateReader): void {
  const known = readIdentity(state, certificate.udf);
  if (certificate.registry !== registry && known?.entry.certificate !== certificate.hash) refuse('other-registry', 'The certificate was made for another registry.');
  if (known === null) {
    if (certificate.number !== 0) refuse('wrong-certificate', 'An identity is first seen with certificate number 0.');
    return;
  }
  if (known.entry.certificate !== certificate.hash) refuse('wrong-certificate', `The certificate must be the logged one, number ${known.entry.number}.`);
}

/** checkRole asks for exactly `threshold` different keys of a role, in the order in which the role lists them. */
export function checkRole(role: RoleKeys, keyids: readonly Base64[], what: string): void {
  if (keyids.length !== role.threshold) refuse('wrong-signers', `Exactly ${role.threshold} of the ${what} must sign; ${keyids.length} did.`);
  let at = -1;
  for (const keyid of keyids) {
    at = role.keys.indexOf(keyid, at + 1);
    if (at < 0) refuse('wrong-signers', `A signature is not by one of the ${what} in force, in the order of their list.`);
  }
}
