import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyRefuses } from '../../../.config/refused';
import { judge, parseAddCheckpoint } from './add-checkpoint';
import { TestLog } from './log-for-tests';

const LOG = new TestLog('log.example/fuzz');
const GOOD = LOG.request(5, 12);

test('whatever bytes a request has, the parser refuses or reads; it never throws anything else', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (body) => onlyRefuses(() => parseAddCheckpoint(body))), { numRuns: 500 });
});

test('a good request with a few bytes changed, dropped or doubled is read or refused, and never cosigned unless the signed text and proof are intact', () => {
  const edit = fc.record({ at: fc.nat({ max: GOOD.length - 1 }), drop: fc.nat({ max: 3 }), put: fc.uint8Array({ maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 3, minLength: 1 }), (edits) => {
      let body = GOOD;
      for (const { at, drop, put } of edits) body = Uint8Array.of(...body.subarray(0, at), ...put, ...body.subarray(at + drop));
      let request: ReturnType<typeof parseAddCheckpoint> | null = null;
      onlyRefuses(() => {
        request = parseAddCheckpoint(body);
      });
      if (request === null) return;
      const verdict = judge(request, { origin: LOG.origin, vkeys: [LOG.vkey] }, { root: LOG.root(5), size: 5 });
      if (verdict.status === 200) expect(verdict.signed.text).toBe(parseAddCheckpoint(GOOD).note.text);
    }),
    { numRuns: 500 },
  );
});
