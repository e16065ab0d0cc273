import type { Type } from '@nestjs/common';
import { ContainerExec } from './container-exec.js';
import { ExecInspect } from './exec-inspect.js';
import { ExecResize } from './exec-resize.js';
import { ExecStart } from './exec-start.js';
import { Processes } from './processes.js';

export { ContainerExec, ExecInspect, ExecResize, ExecStart };

/** The jobs on execs, one file each, and what they share. */
export const execJobs: Type[] = [ContainerExec, ExecStart, ExecResize, ExecInspect, Processes];
