import { Body, Controller, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ContainerCheck } from '../../../deploy/container/check.js';
import { ContainerEdit } from '../../../deploy/container/edit.js';
import { GuardedUpdate } from '../../../deploy/container/guarded-update.js';
import { Revisions } from '../../../deploy/container/revisions.js';
import { changesBetween } from '../../../deploy/request-diff.js';
import type {
  ContainerCheckAnswer,
  ContainerCheckRequest,
  ContainerPlan,
  ContainerRevision,
  ContainerUpdateGuard,
  ContainerWanted,
  TaskReference,
} from '../../generated/dashboard/types.gen.js';
import type { ContainerCreateRequest } from '../../generated/types.gen.js';
import { authorOf } from '../../http/requester.js';
import { readBodyAs } from '../../http/validation.js';
import { Deployments } from '../../live/deployments.js';

/** Changing containers: beforehand shown, with revisions to return to. */
@Controller('dashboard/containers')
export class ContainerEditController {
  constructor(
    private readonly checks: ContainerCheck,
    private readonly editing: ContainerEdit,
    private readonly update: GuardedUpdate,
    private readonly revisions: Revisions,
    private readonly deployments: Deployments,
  ) {}

  @Post('check')
  async check(@Body() { name, body, id }: ContainerCheckRequest): Promise<ContainerCheckAnswer> {
    return { findings: await this.checks.run(name, toRequest(body), id) };
  }

  @Get(':id/request')
  async request(@Param('id') id: string): Promise<ContainerWanted> {
    const { name, body } = await this.editing.current(id);
    return { name, body: { ...body } };
  }

  @Post(':id/plan')
  async plan(@Param('id') id: string, @Body() { name, body }: ContainerWanted): Promise<ContainerPlan> {
    return { changes: await this.editing.plan(id, { name, body: toRequest(body) }) };
  }

  @Post(':id/edit')
  async edit(@Param('id') id: string, @Body() { name, body }: ContainerWanted, @Req() request: FastifyRequest): Promise<TaskReference> {
    const wanted = { name, body: toRequest(body) };
    const { name: title } = await this.editing.current(id);
    return this.begin(title, name, (report, signal) =>
      this.editing.run(id, wanted, { user: userOf(request), reason: 'edit', report, signal }),
    );
  }

  @Post(':id/refresh')
  async refresh(
    @Param('id') id: string,
    @Body() { seconds = 15 }: ContainerUpdateGuard,
    @Req() request: FastifyRequest,
  ): Promise<TaskReference> {
    const { name } = await this.editing.current(id);
    return this.begin(name, name, (report, signal) => this.update.run(id, seconds, { user: userOf(request), report, signal }));
  }

  @Get(':id/revisions')
  async list(@Param('id') id: string): Promise<ContainerRevision[]> {
    const { container } = await this.editing.current(id);
    const revisions = this.revisions.list(container.Id);
    return revisions.map(({ number, created, user, reason, name, image, body }, at) => {
      const before = revisions[at + 1];
      const changes = before ? changesBetween(before.body, body) : [];
      if (before && before.image !== image)
        changes.unshift({ field: 'Image', from: before.image.slice(0, 19), to: image.slice(0, 19), live: false });
      if (before && before.name !== name) changes.unshift({ field: 'Name', from: before.name, to: name, live: true });
      return { number, created: new Date(created).toISOString(), user, reason, name, image, changes };
    });
  }

  @Post(':id/revisions/:number')
  async restore(@Param('id') id: string, @Param('number') number: string, @Req() request: FastifyRequest): Promise<TaskReference> {
    const { container, name } = await this.editing.current(id);
    const revision = this.revisions.get(container.Id, Number(number));
    // The image as it was then, whatever its name means now.
    const body = { ...revision.body, ...(revision.image !== container.Image && { Image: revision.image }) };
    return this.begin(name, revision.name, (report, signal) =>
      this.editing.run(container.Id, { name: revision.name, body }, { user: userOf(request), reason: `back to ${number}`, report, signal }),
    );
  }

  private begin(
    target: string,
    title: string,
    work: (...on: Parameters<Parameters<Deployments['begin']>[2]>) => Promise<unknown>,
  ): TaskReference {
    return { task: this.deployments.begin(`container ${target}`, title, async (report, signal) => void (await work(report, signal))) };
  }
}

function userOf(request: FastifyRequest): string {
  return authorOf(request)?.name ?? '';
}

/** Held against the Engine API's document, as the body of ContainerCreate is. @throws InvalidParameter naming the field */
function toRequest(body: unknown): ContainerCreateRequest {
  return readBodyAs('ContainerCreate', body) as ContainerCreateRequest;
}
