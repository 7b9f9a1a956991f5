import { type FixtureValidator, makeTokens, makeValidator, makeValidatorKey, makeValidatorRetired, sealTokens, tokensOn } from '../assertion/fixture-tokens';
import { makeRootTransfer } from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { toBase64 } from '../bytes/base64';
import type { Batch } from '../registry/batch';
import { TOKEN_AHEAD_SEC } from '../registry/limits';
import { readValidator } from '../registry/lookup';
import { HistoryMaker, historyWorld as world } from './fixture-histories';
import type { History } from './history-file';

/*
 * Histories of validators, their tokens, and of a registry that goes on from another.
 */

const [alice, bob] = ['alice', 'bob'].map((label) => fixtures.makeIdentity(world.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity];
const [north, south, east] = ['north', 'south', 'east'].map(makeValidatorKey) as [FixtureValidator, FixtureValidator, FixtureValidator];
const NAME = 'alice-cooper';

/** enrolled is a registry with a name of alice's and two validators of hers. */
function enrolled(): HistoryMaker {
  const made = new HistoryMaker().seal(fixtures.makeRegister(world, alice, NAME), fixtures.makeRegister(world, bob, 'bob-cooper'));
  return made.seal(makeValidator(world, north, alice, made.record(NAME)), makeValidator(world, south, alice, made.record(NAME)));
}

function sealOf({ log }: HistoryMaker, back = 0): Batch {
  const sealed = log.seals.at(-1 - back);
  if (sealed === undefined) throw new Error('the history has no such seal');
  return sealed;
}

function tokens(made: HistoryMaker, back: number, ...validators: FixtureValidator[]) {
  return sealTokens(made.log, sealOf(made, back), validators);
}

function headOf({ log }: HistoryMaker, validator: FixtureValidator): string {
  return readValidator(log.state, validator.text)?.entry.head ?? '';
}

function retired(made: HistoryMaker, validator: FixtureValidator, by = alice): ParsedAssertion {
  return makeValidatorRetired(world, validator, by, headOf(made, validator));
}

/** continuing is a registry, made from its name log's last seal, that goes on from a history's, with something changed. */
function continuing(made: HistoryMaker, change: object = {}, options: object = {}): ParsedAssertion {
  const { heads, seal } = sealOf(made);
  const continues = { map: seal.map.root, registry: world.registry, root: toBase64(heads.names.root), size: heads.names.size, ...change };
  return fixtures.makeRegistry('continued', { continues, origin: 'continued.example', ...options }).genesis;
}

/** wrong is a token on something else than what was sealed, though validly signed. */
function wrong(made: HistoryMaker, change: object): ParsedAssertion {
  const { heads, seal } = sealOf(made);
  return makeTokens(made.log, [tokensOn(world.origin, { ...heads.names, seal: seal.number, timeSec: seal.timeSec, ...change }, [north])]);
}

const ZEROS = toBase64(new Uint8Array(32));

export const validTokenHistories: Record<string, () => History> = {
  tokens: () => {
    const made = enrolled();
    made.seal(makeTokens(made.log, [tokens(made, 0, north, south)]));
    made.seal(makeTokens(made.log, [tokens(made, 0, north)]));
    return made.seal(makeTokens(made.log, [tokens(made, 1, south), tokens(made, 0, north, south)])).valid('Two validators; the second is late once, and its token counts with the next ones.');
  },
  'validator-leaves-and-returns': () => {
    const made = enrolled();
    made.seal(makeTokens(made.log, [tokens(made, 0, north)]), retired(made, north));
    return made.seal(makeValidator(world, north, bob, made.record('bob-cooper'), { prev: headOf(made, north) })).valid('A validator’s last token is logged in the seal in which it leaves; it comes back with another identity.');
  },
  'validator-keeps-on-after-sale': () => {
    const made = enrolled();
    made.seal(makeRootTransfer(world, alice, bob, made.record(NAME)));
    return made.seal(makeTokens(made.log, [tokens(made, 0, north)])).valid('The name by which a validator was enrolled is sold; that does not touch the validator.');
  },
  continued: () => {
    const made = enrolled();
    made.log.continueAs('continued');
    const after = made.log.world;
    made.seal(makeTokens(made.log, [tokens(made, 0, north)]), fixtures.makeUpdate(after, alice, made.record(NAME), { service: 'after.example' }));
    return made.seal(fixtures.makeRegister(after, alice, 'alice-again')).valid('Another registry goes on from this one: entries after its genesis are judged under its id, by its keys; holders and validators go on as they are.');
  },
};

export const invalidTokenHistories: Record<string, () => History> = {
  'wrong-tenure--enrol-by-name-of-another': () => {
    const made = enrolled();
    return made.invalid('Enrolled by a name that somebody else holds.', 'wrong-tenure', makeValidator(world, east, alice, made.record('bob-cooper')));
  },
  'stale-prev--enrol-again': () => {
    const made = enrolled();
    return made.invalid('A key that is enrolled already, its chain begun anew.', 'stale-prev', makeValidator(world, north, bob, made.record('bob-cooper')));
  },
  'nothing-changes--enrol-again': () => {
    const made = enrolled();
    return made.invalid('A key that is enrolled already, just so.', 'nothing-changes', makeValidator(world, north, alice, made.record(NAME), { prev: headOf(made, north) }));
  },
  'wrong-signers--retired-by-another': () => {
    const made = enrolled();
    return made.invalid('Ended by its key and an identity that it is not enrolled with.', 'wrong-signers', retired(made, north, bob));
  },
  'unknown-validator--retired-twice': () => {
    const made = enrolled();
    made.seal(retired(made, north));
    return made.invalid('Ended once more.', 'unknown-validator', retired(made, north));
  },
  'unknown-validator--token': () => {
    const made = enrolled();
    return made.invalid('A token of a key that is not enrolled, beside a good one.', 'unknown-validator', makeTokens(made.log, [tokens(made, 0, north, east)]));
  },
  'unknown-validator--token-after-leaving': () => {
    const made = enrolled();
    made.seal(retired(made, north));
    return made.invalid('A token on a seal of its time, logged after it left.', 'unknown-validator', makeTokens(made.log, [tokens(made, 1, north)]));
  },
  'token-repeated--next-seal': () => {
    const made = enrolled();
    const first = tokens(made, 0, north);
    made.seal(makeTokens(made.log, [first]));
    return made.invalid('The same token, logged a second time.', 'token-repeated', makeTokens(made.log, [first]));
  },
  'token-repeated--other-time': () => {
    const made = enrolled();
    const sealed = sealOf(made);
    made.seal(makeTokens(made.log, [tokens(made, 0, north)]));
    return made.invalid('A second token of one validator on one seal, of another time.', 'token-repeated', makeTokens(made.log, [sealTokens(made.log, sealed, [north], 9)]));
  },
  'chain-busy--tokens': () => {
    const made = enrolled();
    return made.invalid('Two assertions of tokens in one seal.', 'chain-busy', makeTokens(made.log, [tokens(made, 0, north)]), makeTokens(made.log, [tokens(made, 0, south)]));
  },
  'unknown-checkpoint--older': () => {
    const made = enrolled();
    const old = tokens(made, 0, north);
    return made.idle(2).invalid('A token on the third newest seal.', 'unknown-checkpoint', makeTokens(made.log, [old]));
  },
  'unknown-checkpoint--other-root': () => {
    const made = enrolled();
    return made.invalid('A validly signed token on a log that this is not.', 'unknown-checkpoint', wrong(made, { root: new Uint8Array(32) }));
  },
  'bad-consistency--second-newest': () => {
    const made = enrolled().idle();
    const { heads, seal } = sealOf(made, 1);
    const other = tokensOn(world.origin, { root: new Uint8Array(32), seal: seal.number, size: heads.names.size, timeSec: seal.timeSec }, [north]);
    return made.invalid('A validly signed token on another log of the size of the second newest seal.', 'bad-consistency', makeTokens(made.log, [other]));
  },
  'bad-cosignature--ahead': () => {
    const made = enrolled();
    return made.invalid('A token of a time that lies ahead.', 'bad-cosignature', makeTokens(made.log, [sealTokens(made.log, sealOf(made), [north], 61 + TOKEN_AHEAD_SEC)]));
  },
  'other-registry--tokens': () => {
    const made = enrolled();
    const { heads, seal } = sealOf(made);
    const foreign = tokensOn('another.example', { ...heads.names, seal: seal.number, timeSec: seal.timeSec }, [north]);
    return made.invalid('A token on the log of another origin.', 'other-registry', makeTokens(made.log, [foreign], { origin: 'another.example' }));
  },
  'unknown-checkpoint--continues-elsewhere': () => {
    const made = enrolled();
    return made.invalid('A registry that goes on from another root than the last one.', 'unknown-checkpoint', continuing(made, { root: ZEROS }));
  },
  'unknown-checkpoint--continues-other-map': () => {
    const made = enrolled();
    return made.invalid('A registry that goes on from another state.', 'unknown-checkpoint', continuing(made, { map: ZEROS }));
  },
  'other-registry--continues': () => {
    const made = enrolled();
    return made.invalid('A registry that goes on from a third one.', 'other-registry', continuing(made, { registry: ZEROS }));
  },
  'chain-busy--continues': () => {
    const made = enrolled();
    return made.invalid('A registry that goes on from another, but does not open its seal.', 'chain-busy', fixtures.makeReserve(world, 'mine'), continuing(made));
  },
  'bad-policy--continues-with-old-key': () => {
    const made = enrolled();
    return made.invalid('A registry that goes on from another with a key of that one.', 'bad-policy', continuing(made, {}, { registrar: [world.registrar.text] }));
  },
  'below-floor--continues': () => {
    const made = enrolled();
    return made.invalid('A registry that goes on from another with a lower floor.', 'below-floor', continuing(made, {}, { delays: DEFAULT_DELAYS, floors: { ...DEFAULT_DELAYS, transferSec: 1 } }));
  },
  'other-registry--after-continuing': () => {
    const made = enrolled();
    const late = fixtures.makeUpdate(world, alice, made.record(NAME), { service: 'late.example' });
    made.log.continueAs('continued');
    return made.invalid('Signed for the registry that was, sealed by the one that goes on.', 'other-registry', late);
  },
};
