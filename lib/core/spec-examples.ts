import { characterPage, characterPageHash } from './assertion/character-page';
import { FIXTURE_TIME_SEC, makePolicy, makeRelease, pairOf } from './assertion/fixtures';
import type { ParsedAssertion } from './assertion/parse';
import { receiptToSign } from './assertion/receipt';
import { toBase64 } from './bytes/base64';
import { text } from './bytes/bytes';
import { encodeJson, type Json } from './bytes/canonical-json';
import { toHex } from './bytes/hex';
import { formatTlogProof } from './checkpoint/tlog-proof';
import { attach, encodeEnvelope, type Envelope, payloadBytes } from './keys/dsse';
import { sign, signWith } from './keys/sign';
import { showUdf, spki } from './keys/udf';
import { mapProofToJson } from './map/proof';
import { cosignatureToSign, formatCosignature } from './note/cosignature';
import { signatureLine } from './note/note';
import { COSIGNATURE, makeVkey } from './note/vkey';
import { identityKey, nameKey, policyKey, reservedKey, stateValue } from './registry/state';
import { inclusionOf, specHistory } from './spec-history';
import { specNames } from './spec-names';
import { specTokens } from './spec-tokens';
import { specResolution } from './spec-resolution';
import { encodeBundle } from './tlog/bundle';
import { fixtureProof } from './validation/fixture-proof';
import { encodeReceiptFile, RECEIPT_FORMAT } from './validation/receipt-file';

/** specExamples computes every worked example of SPEC.md: name of the block → its exact text, without the last line feed. */
export function specExamples(): Map<string, string> {
  const { alice, later, log, mark, register, reserve, rootUpdate, rotate, sealedRegistration, update, world } = specHistory();
  const examples = new Map<string, string>();
  const add = (name: string, ...lines: string[]) => examples.set(name, lines.join('\n').replace(/\n$/, ''));
  const json = (bytes: Uint8Array) => text(bytes);
  const payloadOf = (envelope: Envelope) => json(payloadBytes(envelope));
  const sealed = (seal: number) => log.seals[seal]?.names.entries.map((entry) => json(entry)) ?? [];
  const notes = log.notes();

  add('canonical-json', json(encodeJson({ é: '\u20ac\n"', b: [1, null, true], a: { '': -1 } })));
  add('character-page', json(encodeJson(characterPage())));
  add('character-page-hash', toBase64(characterPageHash()));

  add('keys', `seed      ${toHex(alice.root.seed)}`, `public    ${toHex(alice.root.publicKey)}`, `base64    ${alice.root.text}`);
  add('udf', `spki    ${toHex(spki(alice.root.publicKey))}`, `logged  ${alice.udf}`, `shown   ${showUdf(alice.udf)}`);

  const receipt = receiptToSign({ assertion: register.hash, bySeal: 1, registry: world.registry });
  const receiptEnvelope = attach(receipt, [signWith(receipt, world.registrar.seed)]);
  add('receipt-payload', json(receipt.payload));
  add('receipt-pae', json(receipt.bytes));
  add('receipt-signature', toHex(sign(receipt, world.registrar.seed)));
  add('receipt-envelope', json(encodeEnvelope(receiptEnvelope)));

  add('certificate-payload', payloadOf(alice.certificate.envelope));
  add('certificate-envelope', json(encodeEnvelope(alice.certificate.envelope)));
  add('certificate-hash', alice.certificate.hash);
  add('certificate-1-hash', later.certificate.hash);

  const { policy } = world;
  const nextPolicy = { ...policy, schedule: { ...policy.schedule, topupCents: 20, version: 2 } };
  const assertions: Record<string, ParsedAssertion> = {
    genesis: world.genesis,
    mark,
    policy: makePolicy(world, nextPolicy, 1, world.registry),
    register,
    release: makeRelease(world, 'admin', reserve.hash),
    reserve,
    'root-update': rootUpdate,
    rotate,
    update,
  };
  for (const [name, parsed] of Object.entries(assertions)) add(`${name}-payload`, payloadOf(parsed.envelope));
  add('registry-id', world.registry);
  add('register-envelope', json(register.bytes));
  add('register-hash', register.hash);
  add('update-envelope', json(update.bytes));

  add('names-seal-0', ...sealed(0));
  add('names-seal-1', ...sealed(1));
  add('names-seal-2', ...sealed(2));
  add('names-leaves', ...log.leaves.names.map((leaf, i) => `${i} ${toBase64(leaf)}`));
  add('proofs-leaves', ...log.leaves.proofs.map((leaf, i) => `${i} ${toBase64(leaf)}`));
  add('names-checkpoint', notes.names);
  add('proofs-checkpoint', notes.proofs);
  add('names-vkey', policy.logs.names[0] ?? '');
  add('bundle-head', toHex(encodeBundle(log.names).subarray(0, 24)));

  const keys: [string, Uint8Array][] = [
    ['policy', policyKey()],
    ['identity', identityKey(alice.udf)],
    ['name', nameKey('alicecooper')],
    ['reserved', reservedKey('admin')],
    ['mark', reservedKey('acme')],
  ];
  for (const [name, key] of keys) {
    const item = log.state.get(key);
    if (!item) throw new Error(`the example state has a ${name}`);
    add(`state-${name}`, `key    ${toHex(key)}`, `value  ${toHex(stateValue(item.bytes))}`, `index  ${item.index}`);
  }
  add('map-root', toBase64(log.map.root()));
  add('map-presence', json(encodeJson(mapProofToJson(log.map.prove(nameKey('alicecooper'))))));
  add('map-absence', json(encodeJson(mapProofToJson(log.map.prove(nameKey('bob'))))));

  const index = log.names.length - 1;
  const proof = inclusionOf(log.leaves.names, index);
  add('inclusion', ...proof.map(toBase64));
  add('tlog-proof', text(formatTlogProof({ extra: null, index, note: notes.names, proof })));
  const absence: object = fixtureProof(log, { kind: 'name', name: 'bob', tenure: null });
  add('state-proof', json(encodeJson(absence as Json)));
  const file = { createdSec: FIXTURE_TIME_SEC + 61, format: RECEIPT_FORMAT, proof: sealedRegistration, receipt: receiptEnvelope } as const;
  add('receipt-file', json(encodeReceiptFile(file)));
  const validator = pairOf('spec validator');
  const checkpointText = log.seals.at(-1)?.checkpoints.names.text ?? '';
  const cosignature = cosignatureToSign(FIXTURE_TIME_SEC + 125, checkpointText);
  const signature = formatCosignature({ signature: sign(cosignature, validator.seed), timeSec: cosignature.timeSec });
  const { keyId, name } = makeVkey('validator.example', COSIGNATURE, validator.publicKey);
  add('cosignature-message', text(cosignature.bytes));
  add('cosignature-line', signatureLine(name, keyId, signature));
  for (const [block, lines] of specNames()) add(block, lines);
  for (const [block, lines] of specTokens()) add(block, lines);
  for (const [block, lines] of specResolution()) add(block, ...lines);
  return examples;
}
