import { Injectable } from '@nestjs/common';
import { conflict, invalidParameter, kindOf, messageOf } from '../../base/errors.js';
import { eventAttributes } from '../../container/attributes.js';
import type { Container } from '../../container/container.js';
import type { Exec } from '../../container/exec.js';
import { resolveCapabilities } from '../../container/oci-spec/capabilities.js';
import { readHostFacts } from '../../container/oci-spec/host.js';
import { apparmorProfile } from '../../container/apparmor.js';
import { capabilitySets, environment, mergeEnvironment, rlimitsSection, userSection, withHome } from '../../container/oci-spec/process.js';
import { parseSecurityOptions } from '../../container/oci-spec/security-options.js';
import { resolveUser } from '../../container/oci-spec/user.js';
import { readRootfsFile } from '../../container/rootfs-file.js';
import { nowMilliseconds } from '../../container/time.js';
import type { ExecProcess } from '../../drivers/execdriver/driver.js';
import { Events } from '../../events/events.js';

const LARGEST_USER_FILE = 1024 * 1024;

export interface ConsoleSize {
  readonly rows: number;
  readonly columns: number;
}

/** Runs execs in their containers and keeps account of them. */
@Injectable()
export class Processes {
  private readonly host = readHostFacts();

  constructor(private readonly events: Events) {}

  /**
   * Starts an exec that has not been started. Its end is noted in it and told as the event `exec_die`.
   * @throws InvalidParameter when its command cannot be run, Conflict when the container does not run
   */
  async start(container: Container, exec: Exec, consoleSize?: ConsoleSize): Promise<ExecProcess> {
    const running = runningProcess(container);
    this.tell(container, `exec_start: ${commandLine(exec)}`, exec);
    exec.started = true;
    try {
      exec.process = await running.exec({
        id: exec.id,
        process: this.section(container, exec),
        tty: exec.config.Tty ?? false,
        attach: {
          stdin: exec.config.AttachStdin ?? false,
          stdout: exec.config.AttachStdout ?? false,
          stderr: exec.config.AttachStderr ?? false,
        },
        ...(consoleSize && { consoleSize }),
      });
    } catch (error) {
      this.ended(container, exec, kindOf(error) === 'NotFound' ? 127 : 126);
      throw ['System', 'Conflict'].includes(kindOf(error)) ? error : invalidParameter(execFailure(error), error);
    }
    exec.running = true;
    void exec.process.exit.then(({ exitCode }) => this.ended(container, exec, exitCode));
    return exec.process;
  }

  /** Publishes an event of an exec. */
  tell(container: Container, action: string, exec: Exec, more: Readonly<Record<string, string>> = {}): void {
    this.events.publish('container', action, container.id, eventAttributes(container, { execID: exec.id, ...more }));
  }

  private ended(container: Container, exec: Exec, exitCode: number): void {
    exec.running = false;
    exec.exitCode = exitCode;
    exec.endedAt = nowMilliseconds();
    container.execs.delete(exec.id);
    this.tell(container, 'exec_die', exec, { exitCode: String(exitCode) });
  }

  /** The exec's OCI `process`: the container's, changed by what was asked for. */
  private section({ record, state }: Container, { config }: Exec): Record<string, unknown> {
    const { hostConfig } = record;
    const privileged = config.Privileged || hostConfig.Privileged;
    const capabilities = resolveCapabilities({ add: hostConfig.CapAdd, drop: hostConfig.CapDrop, privileged }, this.host.capabilities);
    const files = userFiles(record.id, state.pid);
    const user = resolveUser(config.User || (record.config.User ?? ''), files, config.User ? [] : (hostConfig.GroupAdd ?? []));
    const security = parseSecurityOptions(hostConfig.SecurityOpt);
    const profile = apparmorProfile(security.apparmor, { Privileged: privileged ?? false }, this.host.appArmor);
    const base = environment({ ...record.config, Tty: config.Tty ?? false }, record.config.Hostname ?? '', user.home);
    return {
      terminal: config.Tty ?? false,
      user: userSection(user, hostConfig.Umask),
      args: config.Cmd ?? [],
      env: withHome(mergeEnvironment(base, config.Env ?? []), user.home),
      cwd: config.WorkingDir || record.config.WorkingDir || '/',
      capabilities: capabilitySets(capabilities),
      rlimits: rlimitsSection(hostConfig.Ulimits),
      noNewPrivileges: !config.Privileged && security.noNewPrivileges,
      ...(profile && { apparmorProfile: profile }),
    };
  }
}

/** Who there is in a running container. @throws Conflict when it has ended meanwhile */
function userFiles(id: string, pid: number): { passwd: string; group: string } {
  const read = (path: string) => readRootfsFile([`/proc/${pid}/root`], path, LARGEST_USER_FILE);
  try {
    return { passwd: read('/etc/passwd'), group: read('/etc/group') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT' || code === 'ESRCH' ? conflict(`container ${id} is not running`, error) : error;
  }
}

/** The command as events tell it: Docker puts a space behind the program, even where no argument follows. */
export function commandLine({ config }: Exec): string {
  const [program = '', ...args] = config.Cmd ?? [];
  return `${program} ${args.join(' ')}`;
}

/** The process of a container that execs can join. @throws Conflict */
export function runningProcess({ id, state, process }: Container) {
  if (!state.running || !process) throw conflict(`container ${id} is not running`);
  if (state.paused) throw conflict(`Container ${id} is paused, unpause the container before exec`);
  if (state.restarting) throw conflict(`Container ${id} is restarting, wait until the container is running`);
  return process;
}

/** The driver's reason in the words that clients know from an exec. */
function execFailure(error: unknown): string {
  return `OCI runtime exec failed: exec failed: ${messageOf(error).replace('OCI runtime create failed: ', '').replace('error during container init: ', '')}`;
}
