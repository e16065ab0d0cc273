import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { GitStacks } from '../../../deploy/stack/git/git-stacks.js';
import type { GitStack } from '../../../deploy/stack/git/source.js';
import { GitSources } from '../../../deploy/stack/git/sources.js';
import { Stacks } from '../../../deploy/stack/stacks.js';
import type { GitRequest, GitSettings, GitState, NewGitStack, Stack, TaskReference } from '../../generated/dashboard/types.gen.js';
import { Caller, type EngineCaller } from '../../http/index.js';
import { toGitState } from '../../live/stacks/git-state.js';
import { GitUpdates } from '../../live/stacks/git-updates.js';
import { toStack } from './answers.js';

/** Stacks whose files come from git. Tokens go in here and never out. */
@Controller('dashboard/stacks')
export class GitController {
  constructor(
    private readonly sources: GitSources,
    private readonly git: GitStacks,
    private readonly updates: GitUpdates,
    private readonly stacks: Stacks,
  ) {}

  @Post('git')
  async create(@Body() { name, git, env }: NewGitStack, @Caller() { signal }: EngineCaller): Promise<Stack> {
    await this.git.create(name, { ...git, token: git.token }, env, orNever(signal));
    const [place, content] = await Promise.all([this.stacks.place(name), this.stacks.content(name)]);
    return toStack(place, content, this.sources.find(name));
  }

  @Get(':name/git')
  inspect(@Param('name') name: string): GitSettings {
    return toSettings(this.sources.get(name));
  }

  @Put(':name/git')
  async change(@Param('name') name: string, @Body() body: GitRequest, @Caller() { signal }: EngineCaller): Promise<GitSettings> {
    await this.git.change(name, { ...body, token: body.token }, orNever(signal));
    return this.inspect(name);
  }

  @Delete(':name/git')
  detach(@Param('name') name: string): void {
    this.git.detach(name);
  }

  @Post(':name/git/check')
  async check(@Param('name') name: string, @Caller() { signal }: EngineCaller): Promise<GitState> {
    await this.git.look(name, orNever(signal));
    return toGitState(this.sources.get(name));
  }

  @Post(':name/git/deploy')
  deploy(@Param('name') name: string): TaskReference {
    return { task: this.updates.deploy(name) };
  }

  @Post(':name/git/hook')
  renewHook(@Param('name') name: string): GitSettings {
    this.sources.renewHook(name);
    return this.inspect(name);
  }
}

function toSettings({ name, source, asker, token, hook }: GitStack): GitSettings {
  return { ...source, token, asker: asker.name, hook: hook && `/dashboard/hooks/stacks/${name}/${hook}` };
}

function orNever(signal: AbortSignal | undefined): AbortSignal {
  return signal ?? new AbortController().signal;
}
