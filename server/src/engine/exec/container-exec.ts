import { Injectable } from '@nestjs/common';
import type { ExecConfig, IdResponse } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { newId } from '../../base/ids.js';
import { Exec, Execs } from '../../container/exec.js';
import { Containers } from '../../container/store.js';
import { parseDetachKeys } from '../container/streams/detach-keys.js';
import type { Job } from '../job.js';
import { commandLine, Processes, runningProcess } from './processes.js';

/** Prepares one more process in a running container. */
@Injectable()
export class ContainerExec implements Job<{ id: string; config: ExecConfig }, IdResponse> {
  constructor(
    private readonly containers: Containers,
    private readonly execs: Execs,
    private readonly processes: Processes,
  ) {}

  async run({ id, config }: { id: string; config: ExecConfig }): Promise<IdResponse> {
    const container = this.containers.get(id);
    runningProcess(container);
    if (!config.Cmd?.length) throw invalidParameter('No exec command specified');
    if (config.DetachKeys) parseDetachKeys(config.DetachKeys);
    const exec = new Exec(newId(), container.id, config);
    this.execs.add(exec);
    container.execs.set(exec.id, exec);
    this.processes.tell(container, `exec_create: ${commandLine(exec)}`, exec);
    return { Id: exec.id };
  }
}
