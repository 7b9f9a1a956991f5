import { makeTokens, makeValidator, makeValidatorKey, makeValidatorRetired, sealTokens } from './assertion/fixture-tokens';
import { makeIdentity, makeRegister, makeRegistry } from './assertion/fixtures';
import type { ParsedAssertion } from './assertion/parse';
import { text } from './bytes/bytes';
import { toHex } from './bytes/hex';
import { payloadBytes } from './keys/dsse';
import { FixtureLog } from './registry/fixture-log';
import { fixtureTiles } from './registry/fixture-tiles';
import { readValidator } from './registry/lookup';
import { readRecord, stateValue, tokensKey, validatorKey } from './registry/state';
import { encodeEvidence } from './validation/evidence-file';
import { forkEvidence } from './validation/make-evidence';
import { DEFAULT_MAX_AGE_SEC, formatTokenPolicy } from './validation/token-policy';

/** specTokens plays the registry of SPEC.md §16.2, with two validators, then one that goes on from it, and gives its examples: name of the block → text. */
export function specTokens(): Map<string, string> {
  const world = makeRegistry('spec tokens');
  const log = new FixtureLog(world);
  const alice = makeIdentity(world.registry, 'spec alice');
  const [one, two] = [makeValidatorKey('one'), makeValidatorKey('two')];
  const seal = (...assertions: ParsedAssertion[]) => {
    const [refused] = log.seal(assertions).refused;
    if (refused) throw new Error(`the example history is refused: ${refused.code}`);
  };
  const newest = (back = 0) => {
    const sealed = log.seals.at(-1 - back);
    if (sealed === undefined) throw new Error('the example has seals');
    return sealed;
  };
  seal(makeRegister(world, alice, 'alicecooper'));
  const record = readRecord(log.state, 'alicecooper')?.entry;
  if (record === undefined) throw new Error('the example registers a name');
  const validator = makeValidator(world, one, alice, record);
  seal(validator, makeValidator(world, two, alice, record));
  seal(makeTokens(log, [sealTokens(log, newest(), [one])]));
  const tokens = makeTokens(log, [sealTokens(log, newest(1), [two]), sealTokens(log, newest(), [one])]);
  seal(tokens);
  const retired = makeValidatorRetired(world, two, alice, readValidator(log.state, two.text)?.entry.head ?? '');

  const examples = new Map<string, string>();
  for (const [name, parsed] of Object.entries({ tokens, validator, 'validator-retired': retired })) examples.set(`${name}-payload`, text(payloadBytes(parsed.envelope)));
  examples.set('tokens-registry-id', world.registry);
  for (const number of [2, 4]) examples.set(`tokens-seal-${number}`, newest(log.seals.length - 1 - number).names.entries.map((entry) => text(entry)).join('\n'));
  for (const [name, key] of [['validator', validatorKey(one.text)], ['tokens', tokensKey()]] as const) {
    const item = log.state.get(key);
    if (item === null) throw new Error('the example state has it');
    examples.set(`state-${name}`, [`key    ${toHex(key)}`, `value  ${toHex(stateValue(item.bytes))}`, `index  ${item.index}`].join('\n'));
  }
  const validators = [one, two].map(({ vkey }) => ({ name: vkey.name, url: null, vkey }));
  examples.set('token-policy', formatTokenPolicy({ maxAgeSec: DEFAULT_MAX_AGE_SEC, threshold: 2, validators }).trimEnd());

  // The same registry tells somebody else that nothing came after the registration.
  const other = new FixtureLog(world);
  for (let i = 0; i < 2; i++) other.seal(i === 0 ? [makeRegister(world, alice, 'alicecooper')] : []);
  const accused = { policies: [world.genesis.envelope], registry: world.registry };
  const fork = forkEvidence({ ...accused, a: log.notes().names, b: other.notes().names, log: 'names', tile: fixtureTiles(log.leaves.names) });
  examples.set('evidence', text(encodeEvidence(fork)));

  log.continueAs('spec after', { origin: 'after.example' });
  examples.set('continues-payload', text(payloadBytes(log.world.genesis.envelope)));
  examples.set('continues-registry-id', log.world.registry);
  examples.set('continues-seal-5', newest().names.entries.map((entry) => text(entry)).join('\n'));
  return examples;
}
