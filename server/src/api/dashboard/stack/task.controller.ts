import { Controller, Delete, Param } from '@nestjs/common';
import { Deployments } from '../../live/deployments.js';

/** Long jobs that can be called off. */
@Controller('dashboard/tasks')
export class TaskController {
  constructor(private readonly deployments: Deployments) {}

  @Delete(':id')
  cancel(@Param('id') id: string): void {
    this.deployments.cancel(id);
  }
}
