import { Body, Controller, Delete, Get, Param, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalidParameter } from '../../../base/errors.js';
import { GitStacks } from '../../../deploy/stack/git/git-stacks.js';
import { GitSources } from '../../../deploy/stack/git/sources.js';
import { StackLifecycle } from '../../../deploy/stack/lifecycle.js';
import { Planner } from '../../../deploy/stack/plan.js';
import { Stacks } from '../../../deploy/stack/stacks.js';
import { StackUp } from '../../../deploy/stack/up.js';
import { StackVersions, type StackVersion as SavedVersion } from '../../../deploy/stack/versions.js';
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
import { composeSchema, toCheck, toPlan, toStack } from './answers.js';

/** Stacks: their files, what they come to, and what is done with them. */
@Controller('dashboard/stacks')
export class StackController {
  constructor(
    private readonly stacks: Stacks,
    private readonly sources: GitSources,
    private readonly git: GitStacks,
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
    return toStack(place, content, this.sources.find(name));
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
    const task = this.deployments.begin(`stack ${name}`, name, async (report, signal) => {
      await this.upJob.run(project, request, report, signal);
      this.git.noteDeployed(name);
    });
    this.sources.note(name, { profiles: profiles ?? [], off: false });
    return { task };
  }

  @Post(':name/act')
  async act(@Param('name') name: string, @Body() { action, volumes = false }: StackAction): Promise<TaskReference> {
    await this.stacks.place(name);
    const task = this.deployments.begin(`stack ${name}`, name, (report, signal) =>
      action === 'down' ? this.lifecycle.down(name, volumes, report, signal) : this.lifecycle[action](name, report, signal),
    );
    this.sources.note(name, { off: action === 'down' || action === 'stop' });
    return { task };
  }

  @Get(':name/versions')
  listVersions(@Param('name') name: string): StackVersion[] {
    const toVersion = ({ number, created, user, revision }: SavedVersion) => ({
      number,
      user,
      created: new Date(created).toISOString(),
      commit: revision,
    });
    return this.versions.list(name).map(toVersion);
  }

  @Get(':name/versions/:number')
  version(@Param('name') name: string, @Param('number') number: string): StackContent {
    return this.versions.get(name, Number(number));
  }
}
