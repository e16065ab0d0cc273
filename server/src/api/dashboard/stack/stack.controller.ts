import { Body, Controller, Delete, Get, Param, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalidParameter } from '../../../base/errors.js';
import { StackLifecycle } from '../../../deploy/stack/lifecycle.js';
import { Planner } from '../../../deploy/stack/plan.js';
import { Stacks } from '../../../deploy/stack/stacks.js';
import { StackUp } from '../../../deploy/stack/up.js';
import { StackVersions } from '../../../deploy/stack/versions.js';
import type {
  NewStack,
  Stack,
  StackAction,
  StackCheck,
  StackCheckRequest,
  StackContent,
  StackDeployment,
  StackPlan,
  StackPlanRequest,
  StackSchema,
  StackVersion,
  TaskReference,
} from '../../generated/dashboard/types.gen.js';
import { authorOf } from '../../http/requester.js';
import { Deployments } from '../../live/deployments.js';
import { composeSchema, toCheck, toPlan } from './answers.js';

/** Stacks: their files, what they come to, and what is done with them. */
@Controller('dashboard/stacks')
export class StackController {
  constructor(
    private readonly stacks: Stacks,
    private readonly versions: StackVersions,
    private readonly planner: Planner,
    private readonly upJob: StackUp,
    private readonly lifecycle: StackLifecycle,
    private readonly deployments: Deployments,
  ) {}

  @Post()
  async create(@Body() { name, ...content }: NewStack, @Req() request: FastifyRequest): Promise<Stack> {
    await this.stacks.create(name, content, authorOf(request)?.name ?? '');
    return this.inspect(name);
  }

  @Get('schema')
  schema(): StackSchema {
    return composeSchema;
  }

  @Post('check')
  async check(@Body() { name, profiles, ...draft }: StackCheckRequest): Promise<StackCheck> {
    return toCheck(await this.stacks.load(name, draft, profiles ?? ['*']), draft.compose);
  }

  @Get(':name')
  async inspect(@Param('name') name: string): Promise<Stack> {
    const [place, content] = await Promise.all([this.stacks.place(name), this.stacks.content(name)]);
    return { name, own: place.own, folder: place.folder, files: [...place.files], ...content };
  }

  @Put(':name')
  async save(@Param('name') name: string, @Body() content: StackContent, @Req() request: FastifyRequest): Promise<void> {
    await this.stacks.save(name, content, authorOf(request)?.name ?? '');
  }

  @Delete(':name')
  async remove(@Param('name') name: string): Promise<void> {
    await this.stacks.remove(name);
  }

  @Post(':name/plan')
  async plan(@Param('name') name: string, @Body() { profiles, ...draft }: StackPlanRequest): Promise<StackPlan> {
    const { project, problems } = await this.stacks.load(name, draft, profiles);
    if (!project) throw invalidParameter(problems.find(({ severity }) => severity === 'error')?.message ?? 'the file cannot be read');
    return toPlan(await this.planner.plan(project), project.profiles);
  }

  @Post(':name/deploy')
  async deploy(@Param('name') name: string, @Body() { profiles, ...request }: StackDeployment): Promise<TaskReference> {
    const project = await this.stacks.project(name, profiles);
    return { task: this.deployments.begin(`stack ${name}`, name, (report, signal) => this.upJob.run(project, request, report, signal)) };
  }

  @Post(':name/act')
  async act(@Param('name') name: string, @Body() { action, volumes = false }: StackAction): Promise<TaskReference> {
    await this.stacks.place(name);
    const task = this.deployments.begin(`stack ${name}`, name, (report, signal) =>
      action === 'down' ? this.lifecycle.down(name, volumes, report, signal) : this.lifecycle[action](name, report, signal),
    );
    return { task };
  }

  @Get(':name/versions')
  listVersions(@Param('name') name: string): StackVersion[] {
    return this.versions.list(name).map(({ number, created, user }) => ({ number, user, created: new Date(created).toISOString() }));
  }

  @Get(':name/versions/:number')
  version(@Param('name') name: string, @Param('number') number: string): StackContent {
    return this.versions.get(name, Number(number));
  }
}
