import type { TerminalSummary } from '@live';

/** The best shell there is, in a container whose shells are not known: one that is left behind by none. */
const BEST = ['sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi'];
export const BEST_SHELL = 'auto';
export const CONSOLE = 'attach';

/** The command of a choice: a path, or the best there is. */
export function shellCommand(choice: string): string[] {
  return choice === BEST_SHELL ? BEST : choice.trim().split(/\s+/);
}

/** A name for a session that nobody else has. */
export function newSessionName(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a tab of it says. */
export function sessionTitle({ command, user }: Pick<TerminalSummary, 'command' | 'user'>): string {
  const isBest = command.join('\n') === BEST.join('\n');
  const program = isBest ? 'shell' : (command[0]?.split('/').at(-1) ?? '');
  return user ? `${user}: ${program}` : program;
}
