import { expect, test } from 'vitest';
import { BEST_SHELL, newSessionName, sessionTitle, shellCommand } from './terminal-session';

test('the command of a choice', () => {
  expect(shellCommand(BEST_SHELL)[0]).toBe('sh');
  expect(shellCommand('/bin/bash')).toEqual(['/bin/bash']);
  expect(shellCommand(' top -d 1 ')).toEqual(['top', '-d', '1']);
});

test('what a tab says', () => {
  expect(sessionTitle({ command: shellCommand(BEST_SHELL), user: '' })).toBe('shell');
  expect(sessionTitle({ command: ['/bin/bash'], user: 'www-data' })).toBe('www-data: bash');
});

test('names that the daemon takes, each another', () => {
  expect(newSessionName()).toMatch(/^[\w-]{8,64}$/);
  expect(newSessionName()).not.toBe(newSessionName());
});
