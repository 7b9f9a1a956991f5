import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sandboxAllowed } from './allowed';
import { FormReader, parseForm } from './form';
import { StripeProblem } from './stripe-error';

test('nested brackets become maps, and nothing can reach an object prototype', () => {
  const form = parseForm('a[b][0][c]=d&a[b][1][c]=e&x=1&__proto__[y]=2&l[]=p&l[]=q');
  const reader = new FormReader(form);
  expect(reader.hash('a')?.list('b').map((item) => item.text('c'))).toEqual(['d', 'e']);
  expect(reader.integer('x')).toBe(1);
  expect(reader.texts('l')).toEqual(['p', 'q']);
  expect(() => reader.end()).toThrow('Received unknown parameter: __proto__');
  expect(({} as Record<string, unknown>)['y']).toBeUndefined();
});

test('whatever is sent as a form, only an error of Stripe escapes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.array(fc.tuple(fc.stringMatching(/^[a-c[\]0-9]{0,12}$/), fc.string())).map((pairs) => new URLSearchParams(pairs).toString())), (text) => {
      try {
        parseForm(text);
      } catch (error) {
        expect(error).toBeInstanceOf(StripeProblem);
      }
    }),
  );
});

test('play money is taken only where nobody outside can come', () => {
  for (const origin of ['localhost', 'localhost:3000', '127.0.0.1:8080', '[::1]:3000', '[::1]', 'mns.localhost', 'a.b.test:3000']) expect([origin, sandboxAllowed(origin)]).toEqual([origin, true]);
  for (const origin of ['mns.example', 'localhost.example', '10.0.0.1', '192.168.1.2:3000', '128.0.0.1', 'test', 'evil.com:localhost', 'localhost:3000.evil.com', '', '[::2]', '127.0.0.1.evil.com']) expect([origin, sandboxAllowed(origin)]).toEqual([origin, false]);
});
