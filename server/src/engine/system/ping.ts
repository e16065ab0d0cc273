import { Injectable } from '@nestjs/common';
import type { Job } from '../job.js';

/** Says that the daemon is there. */
@Injectable()
export class SystemPing implements Job<void, string> {
  async run(): Promise<string> {
    return 'OK';
  }
}
