import { expect, test } from 'vitest';
import { readDetails } from './details';

const empty = { display: 'Zoë', service: '', dns: '' };

test('a draft with only a display form is enough', () => {
  expect(readDetails(empty, 'zoe').details).toEqual({ display: 'Zoë', service: null, dns: [] });
});

test('addresses are read in any spelling and kept in the canonical one', () => {
  const { details } = readDetails({ ...empty, service: ' Example.COM. ', dns: '192.0.2.1\n2001:DB8:0::1' }, 'zoe');
  expect(details).toEqual({ display: 'Zoë', service: 'example.com', dns: ['192.0.2.1', '2001:db8::1'] });
});

test('each wrong field says its own problem, and nothing is given out to sign', () => {
  const { details, problems } = readDetails({ display: 'Zac', service: 'nohost', dns: '1.2.3' }, 'zoe');
  expect(details).toBeNull();
  expect(problems.display).toContain('@zoe');
  expect(problems.service).toContain('example.com');
  expect(problems.dns).toMatch(/^1\.2\.3: /);
});
