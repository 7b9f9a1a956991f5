import { expect, test } from 'vitest';
import { Gathered } from './gathered';

test('what is asked for while work is under way goes together into the next piece, each once', async () => {
  const groups: number[][] = [];
  const gathered = new Gathered<number, number>(async (asks) => {
    groups.push([...asks]);
    await new Promise((resolve) => setTimeout(resolve, 1));
    return groups.length;
  });
  expect(await gathered.ask(1)).toBe(1);
  const later = [gathered.ask(2), gathered.ask(3)];
  await Promise.resolve();
  await Promise.resolve();
  const last = [gathered.ask(4), gathered.ask(5)];
  expect(await Promise.all([...later, ...last])).toEqual([2, 2, 3, 3]);
  expect(groups).toEqual([[1], [2, 3], [4, 5]]);
});

test('a piece of work that fails fails for those who were in it, and for nobody else', async () => {
  const gathered = new Gathered<string, string>((asks) => (asks.includes('bad') ? Promise.reject(new Error('no')) : Promise.resolve('done')));
  await expect(Promise.all([gathered.ask('good'), gathered.ask('bad')])).rejects.toThrow('no');
  expect(await gathered.ask('good')).toBe('done');
});
