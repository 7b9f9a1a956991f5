import { expect, test } from 'vitest';
import { readAsked } from './asked';

test('an address names a name or one of its tenures, folded to how it is written', () => {
  expect(readAsked('alice')).toMatchObject({ written: 'alice', name: 'alice', tenure: null });
  expect(readAsked('Alice%20Cooper')).toMatchObject({ typed: 'Alice Cooper', written: 'alicecooper' });
  expect(readAsked('alice.0')).toMatchObject({ written: 'alice.0', name: 'alice', tenure: 0 });
  expect(readAsked('Zo%C3%AB.12')).toMatchObject({ written: 'zoe.12', name: 'zoe', tenure: 12 });
});

test('what can’t be a name or a tenure is none', () => {
  for (const segment of ['', '%', '123', '-a', 'alice.', 'alice.01', 'alice.x', 'a.b.0', '%FF']) expect(readAsked(segment)).toBeNull();
});
