import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRegistry } from '../../core/assertion/fixtures';
import { messageToSign, parseMessage } from '../../core/assertion/message';
import { fromBase64, toBase64 } from '../../core/bytes/base64';
import { utf8 } from '../../core/bytes/bytes';
import { attach, encodeEnvelope, parseEnvelope } from '../../core/keys/dsse';
import { signWith } from '../../core/keys/sign';
import { Refusal } from '../../core/refusal';
import { MAX_MESSAGE_BYTES } from '../../core/registry/limits';
import { HttpRefusal } from '../serve/problem';
import { MailDrop } from './mail-drop';
import { MailStore } from './mail-store';
import { makePerson } from './provider-for-tests';
import { sealText } from './seal-text';

const world = makeRegistry('fuzz-mail');
const [alice, bob] = [makePerson(world, 'alice'), makePerson(world, 'bob')];
const header = { from: bob.udf, keyNumber: 0, nonce: toBase64(new Uint8Array(16)), registry: world.registry, timeSec: 1_000, to: alice.udf, toName: 'alice.0' };
const what = messageToSign({ ...header, ...sealText(utf8('hi'), fromBase64(alice.certificate.encrypt, 32), header) });
const GOOD = encodeEnvelope(attach(what, [signWith(what, bob.key.seed)]));
const folder = mkdtempSync(join(tmpdir(), 'mns-fuzz-'));
const drop = new MailDrop({
  hosts: ['one.example'],
  known: () => ({ find: () => ({ host: 'one.example', udf: alice.udf }), keysOf: () => bob.certificate, registry: world.registry }),
  random: (count) => new Uint8Array(count),
  store: new MailStore(folder),
});

/** taken tells whether the bytes were taken; anything thrown but a refusal is a fault of the test. */
function taken(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof Refusal || error instanceof HttpRefusal) return false;
    throw error;
  }
}

const edited = fc.array(fc.record({ at: fc.nat({ max: GOOD.length - 1 }), drop: fc.nat({ max: 3 }), put: fc.uint8Array({ maxLength: 3 }) }), { maxLength: 3, minLength: 1 }).map((edits) => {
  let bytes = GOOD;
  for (const { at, drop: gone, put } of edits) bytes = Uint8Array.of(...bytes.subarray(0, at), ...put, ...bytes.subarray(at + gone));
  return bytes;
});

test('whatever is sent to the mail-drop is taken or refused by name', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void taken(() => drop.accept(bytes, 1_000))), { numRuns: 300 });
  fc.assert(fc.property(fc.json(), (text) => void taken(() => drop.accept(utf8(text), 1_000))), { numRuns: 200 });
  fc.assert(fc.property(fc.json(), (text) => void taken(() => drop.inbox(utf8(text), 1_000))), { numRuns: 200 });
});

test('a message changed anywhere is not taken, whatever it can still be read as', () => {
  fc.assert(
    fc.property(edited, (bytes) => {
      taken(() => parseMessage(parseEnvelope(bytes, MAX_MESSAGE_BYTES, 'message')));
      if (Buffer.compare(bytes, GOOD) !== 0) expect(taken(() => drop.accept(bytes, 1_000))).toBe(false);
    }),
    { numRuns: 300 },
  );
  expect(readdirSync(folder)).toEqual([]);
  expect(taken(() => drop.accept(GOOD, 1_000))).toBe(true);
});
