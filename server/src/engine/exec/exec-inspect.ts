import { Injectable } from '@nestjs/common';
import type { ExecInspectResponse } from '../../api/generated/types.gen.js';
import { Execs } from '../../container/exec.js';
import type { Job } from '../job.js';

/** Shows an exec: whether it runs, and how it ended. */
@Injectable()
export class ExecInspect implements Job<{ id: string }, ExecInspectResponse> {
  constructor(private readonly execs: Execs) {}

  async run({ id }: { id: string }): Promise<ExecInspectResponse> {
    const exec = this.execs.get(id);
    const { Cmd, Tty, User, Privileged, AttachStdin, AttachStdout, AttachStderr, DetachKeys } = exec.config;
    const [entrypoint = '', ...args] = Cmd ?? [];
    return {
      ID: exec.id,
      Running: exec.running,
      ExitCode: exec.exitCode,
      ProcessConfig: { tty: Tty ?? false, entrypoint, arguments: args, privileged: Privileged ?? false, ...(User && { user: User }) },
      OpenStdin: AttachStdin ?? false,
      OpenStderr: AttachStderr ?? false,
      OpenStdout: AttachStdout ?? false,
      CanRemove: exec.endedAt !== 0,
      ContainerID: exec.containerId,
      DetachKeys: DetachKeys ?? '',
      Pid: exec.pid,
    };
  }
}
