import { toBase64 } from '../bytes/base64';
import { utf8 } from '../bytes/bytes';
import { sha256 } from '../bytes/sha256';
import { attach, encodeEnvelope, type Envelope } from '../keys/dsse';
import { publicKeyOf, signWith } from '../keys/sign';
import { udfOf } from '../keys/udf';
import { ED25519, formatVkey, makeVkey } from '../note/vkey';
import { type GenesisOptions, makeGenesis } from '../registry/genesis';
import { type LogKind, logOrigin } from '../registry/policy';
import type { RecordEntry } from '../registry/state';
import { type CertificatePayload, type IdentityCertificate, identityToSign, parseIdentity } from './identity';
import { nameFromInput } from './display';
import { assertionToSign, type ParsedAssertion, parseAssertion } from './parse';
import { type Base64, type GenesisPayload, type Mark, type Payload, type Policy, type RegisterPayload, ZERO } from './payloads';
import { priceOf } from './price';
import { checkSignatures, type VerifiedAssertion } from './verify';

/*
 * Deterministic registries, identities and assertions for tests, benchmarks and the examples of SPEC.md. Every private key is
 * SHA-256 of a label, so nothing here may ever meet real data.
 */

/** Pair is a key with the seed it comes from. */
export interface Pair {
  readonly publicKey: Uint8Array;
  readonly seed: Uint8Array;
  readonly text: Base64;
}

/** pairOf derives a key from a label: its seed is SHA-256 of `mns fixture ` and the label. */
export function pairOf(label: string): Pair {
  const seed = sha256(utf8(`mns fixture ${label}`));
  const publicKey = publicKeyOf(seed);
  return { publicKey, seed, text: toBase64(publicKey) };
}

/** FixtureRegistry is a genesis with all its keys: policy 2 of 2, arbiters 2 of 3, one registrar, one key a log. */
export interface FixtureRegistry {
  readonly arbiters: readonly Pair[];
  readonly genesis: ParsedAssertion;
  readonly logs: { readonly names: Pair; readonly proofs: Pair };
  readonly notAfter: number;
  readonly origin: string;
  readonly policy: Policy;
  readonly policyKeys: readonly Pair[];
  readonly registrar: Pair;
  /** registry id */
  readonly registry: Base64;
}

/** FIXTURE_TIME_SEC is when fixture registries begin; their assertions are good for a hundred years from then. */
export const FIXTURE_TIME_SEC = 1_800_000_000;

/** makeRegistry opens a registry. `label` tells registries apart; everything of the genesis can be overridden. */
export function makeRegistry(label = 'registry', options: Partial<GenesisOptions> = {}): FixtureRegistry {
  const origin = options.origin ?? 'registry.example';
  const policyKeys = [pairOf(`${label} policy 1`), pairOf(`${label} policy 2`)];
  const arbiters = [1, 2, 3].map((number) => pairOf(`${label} arbiter ${number}`));
  const registrar = pairOf(`${label} registrar`);
  const logs = { names: pairOf(`${label} log names`), proofs: pairOf(`${label} log proofs`) };
  const notAfter = FIXTURE_TIME_SEC + 100 * 365 * 86_400;
  const payload = makeGenesis({
    arbiters: { keys: arbiters.map((pair) => pair.text), threshold: 2 },
    logs: { names: [logVkey(origin, 'names', logs.names)], proofs: [logVkey(origin, 'proofs', logs.proofs)] },
    notAfterSec: notAfter,
    origin,
    periodSec: 60,
    policy: { keys: policyKeys.map((pair) => pair.text), threshold: 2 },
    registrar: [registrar.text],
    ...options,
  });
  const genesis = signedBy(payload, policyKeys);
  return { arbiters, genesis, logs, notAfter, origin, policy: payload.policy, policyKeys, registrar, registry: genesis.hash };
}

function logVkey(origin: string, log: LogKind, pair: Pair): string {
  return formatVkey(makeVkey(logOrigin(origin, log), ED25519, pair.publicKey));
}

/** FixtureIdentity is an identity with its seeds and its newest certificate. */
export interface FixtureIdentity {
  readonly certificate: IdentityCertificate;
  readonly key: Pair;
  readonly label: string;
  readonly root: Pair;
  readonly udf: string;
}

/** makeIdentity makes certificate number 0 of an identity; `overrides` changes single fields of it. */
export function makeIdentity(registry: Base64, label: string, overrides: Partial<CertificatePayload> = {}): FixtureIdentity {
  return certify(registry, label, pairOf(`${label} root`), 0, overrides);
}

/** nextIdentity is the same identity with its next certificate and a new signing key. */
export function nextIdentity(identity: FixtureIdentity, overrides: Partial<CertificatePayload> = {}): FixtureIdentity {
  const { certificate, label, root } = identity;
  return certify(certificate.registry, label, root, certificate.number + 1, { next: certificate.next, ...overrides });
}

function certify(registry: Base64, label: string, root: Pair, number: number, overrides: Partial<CertificatePayload>): FixtureIdentity {
  const key = pairOf(`${label} key ${number}`);
  const encrypt = toBase64(sha256(utf8(`mns fixture ${label} encrypt ${number}`)));
  const prepared = identityToSign({ ca: null, encrypt, key: key.text, next: null, number, registry, root: root.text, ...overrides });
  const envelope = attach(prepared, [signWith(prepared, root.seed), signWith(prepared, key.seed)]);
  return { certificate: parseIdentity(envelope, registry), key, label, root, udf: udfOf(root.publicKey) };
}

/** signedEnvelope signs a payload with the given keys, in their order. */
export function signedEnvelope(payload: Payload, signers: readonly Pair[]): Envelope {
  const prepared = assertionToSign(payload);
  return attach(prepared, signers.map((pair) => signWith(prepared, pair.seed)));
}

/** signedBy is `signedEnvelope`, encoded and parsed again as a reader would. */
export function signedBy(payload: Payload, signers: readonly Pair[]): ParsedAssertion {
  return parseAssertion(encodeEnvelope(signedEnvelope(payload, signers)));
}

/** verified checks a fixture's signatures and gives it the brand that `transition` takes. */
export function verified(parsed: ParsedAssertion): VerifiedAssertion {
  return checkSignatures(parsed);
}

/** registerPayload is a valid registration of what a person would type; `overrides` changes single fields. */
export function registerPayload(world: FixtureRegistry, identity: FixtureIdentity, input: string, overrides: Partial<RegisterPayload> = {}): RegisterPayload {
  const { display, name } = nameFromInput(input);
  const { schedule } = world.policy;
  return {
    after: ZERO,
    certificate: identity.certificate.envelope,
    display,
    dns: [],
    name,
    notAfter: world.notAfter,
    prev: ZERO,
    priceCents: priceOf(name, schedule),
    registry: world.registry,
    schedule: schedule.version,
    service: 'provider.example',
    tenure: 0,
    type: 'register',
    ...overrides,
  };
}

/** makeRegister registers a name, signed by its holder and the registrar. */
export function makeRegister(world: FixtureRegistry, identity: FixtureIdentity, input: string, overrides: Partial<RegisterPayload> = {}): ParsedAssertion {
  return signedBy(registerPayload(world, identity, input, overrides), [identity.key, world.registrar]);
}

/** RecordChange is what an update may set; what is left out stays as the record has it. */
export type RecordChange = Partial<Pick<RegisterPayload, 'display' | 'dns' | 'service' | 'notAfter' | 'prev'>>;

/** makeUpdate changes a record, signed by the holder's signing key. */
export function makeUpdate(world: FixtureRegistry, identity: FixtureIdentity, record: RecordEntry, change: RecordChange): ParsedAssertion {
  return signedBy({ ...unchanged(world, record), prev: record.head, ...change }, [identity.key]);
}

/** makeRootUpdate changes a record, signed by the root key. */
export function makeRootUpdate(world: FixtureRegistry, identity: FixtureIdentity, record: RecordEntry, change: Omit<RecordChange, 'prev'>): ParsedAssertion {
  return signedBy({ ...unchanged(world, record), of: record.root.head, ...change }, [identity.root]);
}

function unchanged(world: FixtureRegistry, record: RecordEntry) {
  const { display, dns, name, service, tenure } = record;
  return { display, dns: [...dns], name, notAfter: world.notAfter, registry: world.registry, service, tenure, type: 'update' as const };
}

/** makeRotate replaces `before`'s certificate by that of `after` (see `nextIdentity`). */
export function makeRotate(world: FixtureRegistry, before: FixtureIdentity, after: FixtureIdentity): ParsedAssertion {
  const { notAfter, registry } = world;
  const payload: Payload = { certificate: after.certificate.envelope, notAfter, of: before.certificate.hash, registry, type: 'rotate', udf: before.udf };
  return signedBy(payload, [after.root, after.key]);
}

/** makePolicy announces a policy, signed by the world's policy keys. */
export function makePolicy(world: FixtureRegistry, policy: Policy, number: number, prev: Base64, atOnce = false): ParsedAssertion {
  return signedBy({ atOnce, notAfter: world.notAfter, number, policy, prev, registry: world.registry, type: 'policy' }, world.policyKeys);
}

/** makeReserve reserves a name without hyphens; `prev` is the head of its chain. */
export function makeReserve(world: FixtureRegistry, name: string, reason = 'kept for the registry', prev: Base64 = ZERO): ParsedAssertion {
  return signedBy({ name, notAfter: world.notAfter, prev, reason, registry: world.registry, type: 'reserve' }, world.policyKeys);
}

/** makeRelease releases a reserved name or mark. */
export function makeRelease(world: FixtureRegistry, name: string, prev: Base64, reason = 'no longer needed'): ParsedAssertion {
  return signedBy({ name, notAfter: world.notAfter, prev, reason, registry: world.registry, type: 'release' }, world.policyKeys);
}

/** makeMark puts a mark on record for a name without hyphens. */
export function makeMark(world: FixtureRegistry, name: string, mark: Mark, prev: Base64 = ZERO): ParsedAssertion {
  return signedBy({ mark, name, notAfter: world.notAfter, prev, registry: world.registry, type: 'mark' }, world.policyKeys);
}

/** genesisOf is a fixture's genesis payload. */
export function genesisOf(world: FixtureRegistry): GenesisPayload {
  const { payload } = world.genesis;
  if (payload.type !== 'genesis') throw new Error('a fixture registry opens with its genesis');
  return payload;
}
