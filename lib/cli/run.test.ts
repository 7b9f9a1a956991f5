import { expect, test } from 'vitest';
import { CopyRefusal } from '../copy/copy-refusal';
import { Refusal } from '../core/refusal';
import { type Command, CommandError, UsageError, neededOption } from './command';
import { testIo } from './io-for-tests';
import { run } from './run';

function listed(command: Partial<Command>) {
  const whole: Command = { name: 'try', options: {}, run: () => Promise.resolve(0), summary: 'tries', usage: 'mns try', ...command };
  return [{ load: () => Promise.resolve({ command: whole }), name: whole.name, summary: whole.summary }];
}

test('a refusal, a reason of this machine and a wrong usage each end as one line with the right exit code, never as a trace', async () => {
  const cases: [error: Error, code: number, line: string][] = [
    [new Refusal('bad-note', 'It is no note.'), 1, 'mns: bad-note: It is no note.'],
    [new CopyRefusal('no-copy', 'It is empty.'), 1, 'mns: no-copy: It is empty.'],
    [new CommandError('the port is in use'), 1, 'mns: the port is in use'],
    [new UsageError('--data is missing'), 2, 'mns: --data is missing'],
    [Object.assign(new Error('ENOSPC: no space left'), { syscall: 'write' }), 1, 'mns: ENOSPC: no space left'],
  ];
  for (const [error, code, line] of cases) {
    const io = testIo();
    expect(await run(['try'], io, listed({ run: () => Promise.reject(error) }))).toBe(code);
    expect(io.errLines[0]).toBe(line);
  }
});

test('a bug is not hidden as an expected error', async () => {
  await expect(run(['try'], testIo(), listed({ run: () => Promise.reject(new TypeError('x is undefined')) }))).rejects.toThrow(TypeError);
});

test('unknown commands and options are wrong usage, and help of a command is its usage', async () => {
  const io = testIo();
  expect(await run(['nothing'], io, listed({}))).toBe(2);
  expect(await run(['try', '--what'], io, listed({}))).toBe(2);
  expect(await run(['try', '--help'], io, listed({}))).toBe(0);
  expect(io.outLines).toEqual(['mns try']);
  const needs = listed({ run: (args) => Promise.resolve(neededOption(args, 'data').length) });
  expect(await run(['try'], io, needs)).toBe(2);
});
