import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { Execs } from '../../container/exec.js';
import type { Job } from '../job.js';

/** Changes the size of an exec's console. */
@Injectable()
export class ExecResize implements Job<{ id: string; h: number; w: number }, void> {
  constructor(private readonly execs: Execs) {}

  async run({ id, h, w }: { id: string; h: number; w: number }): Promise<void> {
    const { process, running } = this.execs.get(id);
    if (!process || !running) throw conflict(`exec ${id} is not running: its console cannot be resized`);
    await process.resize(h, w);
  }
}
