import { expect, it } from 'vitest';
import { joinCommand, splitCommand } from './command-line';

it('splits at spaces, keeps quoted words and escapes', () => {
  expect(splitCommand(`sh -c "echo 'a b'" x\\ y ''`)).toEqual(['sh', '-c', "echo 'a b'", 'x y', '']);
  expect(splitCommand('  ')).toEqual([]);
});

it('refuses an open quote', () => expect(() => splitCommand('echo "a')).toThrow('not closed'));

it('joins into what it splits', () => {
  const words = ['sh', '-c', `echo "it's" $HOME`, ''];
  expect(splitCommand(joinCommand(words))).toEqual(words);
});
