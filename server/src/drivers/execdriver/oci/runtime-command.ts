import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../../base/errors.js';
import type { OciRuntime } from '../../../base/config.js';
import { runtimeError } from './failure.js';

const run = promisify(execFile);

/** How long a runtime may take for anything but making a container. */
const PATIENCE_MS = 60_000;

/** The command line of a runtime for one container, whose state it keeps in the container's bundle. */
export class RuntimeCommand {
  constructor(
    private readonly runtime: OciRuntime,
    private readonly bundle: string,
    private readonly id: string,
  ) {}

  /** The arguments of a command on this container, the program first. @param log file that tells why it failed */
  arguments(log: string, verb: string, ...options: readonly string[]): string[] {
    const global = ['--root', join(this.bundle, 'state'), '--log', log, '--log-format', 'json'];
    return [this.runtime.path, ...this.runtime.args, ...global, verb, ...options];
  }

  /** Takes away what the runtime keeps of the container, if there is anything, and ends what still runs. */
  async delete(): Promise<void> {
    if (existsSync(join(this.bundle, 'state'))) await this.run('delete', { options: ['--force'] });
  }

  /** Runs `verb OPTIONS ID REST`. @throws as `runtimeError` says, with what the runtime logged */
  async run(verb: string, { options = [], rest = [] }: { options?: readonly string[]; rest?: readonly string[] } = {}): Promise<void> {
    const log = join(this.bundle, `${verb}.log`);
    const [program = '', ...args] = this.arguments(log, verb, ...options, this.id, ...rest);
    try {
      await run(program, args, { cwd: this.bundle, timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
    } catch (error) {
      throw (await loggedError(log)) ?? runtimeError((error as { stderr?: string }).stderr?.trim() || messageOf(error));
    }
  }
}

/** What a runtime logged as its failure, if it did. */
export async function loggedError(log: string): Promise<Error | undefined> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const failures = text.split('\n').flatMap((line) => {
    const { level = '', msg = '' } = parsed(line);
    return /error|fatal/i.test(level) && msg !== '' ? [msg] : [];
  });
  const last = failures.at(-1);
  return last === undefined ? undefined : runtimeError(last);
}

function parsed(line: string): { level?: string; msg?: string } {
  try {
    return JSON.parse(line) as { level?: string; msg?: string };
  } catch {
    // A line that is no record of the runtime's says nothing.
    return {};
  }
}
